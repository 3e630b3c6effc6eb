"""Thunderbird on a display of its own (Xvfb), driven through Marionette, its remote protocol (Debian has no driver for it).

Scripts run in Thunderbird's own (chrome) context: they press the same commands as its menus and keys do, and look at its windows.
"""
import json
import os
import shutil
import socket
import subprocess
import time

PREFERENCES = {
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.dom.window.dump.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "mail.biff.show_alert": False,
    "mail.chat.enabled": False,
    "mail.provider.enabled": False,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.startup.enabledMailCheckOnce": True,
    "mail.tabs.autoHide": False,
    "mailnews.database.global.indexer.enabled": False,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}

# In front of every script: what they have in common.
PRELUDE = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
const mail = Services.wm.getMostRecentWindow("mail:3pane");
const pane = mail?.document.getElementById("tabmail")?.currentAbout3Pane;
const server = () => MailServices.accounts.accounts.find(a => a.incomingServer.type == "imap").incomingServer;
const folderNamed = name => server().rootFolder.descendants.find(f => f.onlineName == name || f.name == name);
const later = ms => new Promise(go => setTimeout(go, ms));
const until = async (what, test) => {
  const end = Date.now() + 30000;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error("it did not come: " + what);
    await later(50);
  }
};
const subjectOf = row => pane.gDBView.getMsgHdrAt(row).mime2DecodedSubject;
const rowOf = subject => {
  for (let row = 0; row < pane.gDBView.rowCount; row++) if (subjectOf(row) == subject) return row;
  return -1;
};
const open = async name => {
  const folder = await until("the folder " + name, () => folderNamed(name));
  pane.displayFolder(folder.URI);
  await until("the list of " + name, () => pane.gFolder == folder && pane.gDBView);
  return folder;
};
const choose = async subject => {
  const row = await until("the message " + subject, () => rowOf(subject) + 1) - 1;
  pane.threadTree.selectedIndex = row;
  await until("its selection", () => pane.gDBView.getSelectedMsgHdrs().length == 1 && subjectOf(row) == subject);
  return pane.gDBView.getSelectedMsgHdrs()[0];
};
"""


def account(host, imap_port, smtp_port, user, name):
    """The preferences that Thunderbird's account assistant writes, with "Manual configuration" as docs name it."""
    return {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        "mail.server.server1.type": "imap",
        "mail.server.server1.hostname": host,
        "mail.server.server1.port": imap_port,
        "mail.server.server1.userName": user,
        "mail.server.server1.name": user,
        "mail.server.server1.socketType": 3,
        "mail.server.server1.authMethod": 3,
        "mail.server.server1.login_at_startup": False,
        "mail.server.server1.check_new_mail": False,
        "mail.identity.id1.useremail": user,
        "mail.identity.id1.fullName": name,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.compose_html": False,
        "mail.identity.id1.valid": True,
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.hostname": host,
        "mail.smtpserver.smtp1.port": smtp_port,
        "mail.smtpserver.smtp1.username": user,
        "mail.smtpserver.smtp1.try_ssl": 3,
        "mail.smtpserver.smtp1.authMethod": 3,
    }


class Thunderbird:
    """One Thunderbird with a fresh profile that trusts the server's authority."""

    def __init__(self, folder, authority, preferences):
        self.home = folder
        self.profile = os.path.join(folder, "profile")
        os.makedirs(self.profile)
        with open(os.path.join(self.profile, "user.js"), "w", encoding="utf-8") as out:
            for key, value in {**PREFERENCES, **preferences}.items():
                out.write(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n")
        store = "sql:" + self.profile
        for words in [["-N", "--empty-password"], ["-A", "-n", "Barid's authority", "-t", "C,,", "-i", authority]]:
            subprocess.run(["certutil", "-d", store, *words], check=True, stdout=subprocess.DEVNULL)
        self.display = self.process = self.socket = None
        self.count = 0

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        reading, writing = os.pipe()
        self.display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"], pass_fds=[writing],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading, encoding="ascii") as numbers:
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.launch(dict(os.environ, DISPLAY=":" + number, HOME=self.home, LANG="C.UTF-8", MOZ_ENABLE_WAYLAND="0"))

    def launch(self, environment):
        self.environment = environment
        with open(os.path.join(self.home, "output"), "ab") as output:
            self.process = subprocess.Popen(
                ["thunderbird", "--no-remote", "--profile", self.profile, "--marionette", "--remote-allow-system-access"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True)
        port = os.path.join(self.profile, "MarionetteActivePort")
        deadline = time.monotonic() + 90
        while not (os.path.exists(port) and open(port, encoding="ascii").read().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Thunderbird did not start: " + self.words())
            time.sleep(0.1)
        self.socket = socket.create_connection(("127.0.0.1", int(open(port, encoding="ascii").read())), timeout=120)
        self.lines = self.socket.makefile("rb")
        self.receive()  # its greeting
        self.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        self.call("Marionette:SetContext", {"value": "chrome"})
        self.call("WebDriver:SetTimeouts", {"script": 100_000})
        self.run('await until("its window", () => Services.wm.getMostRecentWindow("mail:3pane")?.document.readyState == "complete")')

    def words(self):
        with open(os.path.join(self.home, "output"), encoding="utf-8", errors="replace") as lines:
            return lines.read()[-1000:]

    def leave(self):
        """Quits as its menu does, so that everything is written."""
        self.call("Marionette:Quit", {"flags": ["eAttemptQuit"]})
        self.socket.close()
        self.process.wait(60)
        os.path.exists(path := os.path.join(self.profile, "MarionetteActivePort")) and os.unlink(path)

    def __exit__(self, *_):
        for process in [self.process, self.display]:
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    # The protocol: `LENGTH:JSON`, [0, id, name, parameters] there, [1, id, error, result] back.

    def receive(self):
        size = b""
        while not size.endswith(b":"):
            octet = self.lines.read(1)
            if not octet:
                raise RuntimeError("Thunderbird is gone: " + self.words())
            size += octet
        return json.loads(self.lines.read(int(size[:-1])))

    def call(self, name, parameters):
        self.count += 1
        text = json.dumps([0, self.count, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, number, error, result = self.receive()
        assert number == self.count
        if error:
            raise RuntimeError(f"Thunderbird: {error['message']}")
        return result

    def run(self, script, *arguments):
        """Runs a script (the body of an async function, `given` its arguments) and returns what it returns."""
        whole = "const [...given] = arguments; const finish = given.pop(); (async () => {" + PRELUDE + script + \
            "})().then(value => finish({ value }), error => finish({ error: String(error) + ' ' + error?.stack }));"
        result = self.call("WebDriver:ExecuteAsyncScript", {"script": whole, "args": list(arguments), "newSandbox": True})["value"]
        if "error" in result:
            raise RuntimeError("Thunderbird: " + result["error"])
        return result.get("value")

    def picture(self, path):
        """The screen as it is, for a person who looks for the reason of a failure."""
        import base64
        data = self.call("WebDriver:TakeScreenshot", {"full": False, "hash": False})["value"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))
