"""Thunderbird as a person uses it: an account, its folders, reading, flagging, moving, deleting, searching, sending, offline."""
import os
import time

from bed import letter
from test_python import imap, ok
from thunderbird import Thunderbird, account

PASSWORD = """
const [host, user, password] = given;
for (const protocol of ["imap", "smtp"]) {
  const origin = protocol + "://" + host;
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(origin, null, origin, user, password, "", "");
  await Services.logins.addLoginAsync(login);
}
"""


def thunderbird(bed):
    """One Thunderbird with one account, and what the server holds after each thing that a person does with it."""
    user, other = bed.user(50), bed.user(51)
    session = imap(bed, 50)
    for subject, body in [("To read", "plain words"), ("To flag", "x"), ("To move", "y"), ("To delete", "z"),
                          ("=?utf-8?B?2LHYs9in2YTYqQ==?=", "searching for a needle")]:
        ok(session.append("INBOX", None, None, letter(subject, subject, body + "\r\n").encode()))

    def uids(folder, *keys):
        ok(session.select(folder, readonly=True))
        return ok(session.uid("SEARCH", *keys))[0].split()

    def wait(what, test):
        deadline = time.monotonic() + 30
        while not test():
            assert time.monotonic() < deadline, "the server never had: " + what
            time.sleep(0.1)

    home = os.path.join(bed.folder, "thunderbird")
    profile = account("localhost", bed.port("IMAPS"), bed.port("SUBMISSIONS"), user, "Amal")
    with Thunderbird(home, bed.authority, profile) as window:
        try:
            use(window, bed, user, other, uids, wait, session)
        except Exception:
            window.picture("/tmp/barid-thunderbird.png")
            raise
    session.logout()


def use(window, bed, user, other, uids, wait, session):
    window.run(PASSWORD, "localhost", user, bed.password)
    # The folders, each once, with what it is for.
    names = window.run("""
        await open("INBOX");
        await until("the folders", () => server().rootFolder.descendants.length >= 6);
        const F = Ci.nsMsgFolderFlags;
        const uses = { Inbox: F.Inbox, Sent: F.SentMail, Drafts: F.Drafts, Trash: F.Trash, Junk: F.Junk, Archive: F.Archive };
        return server().rootFolder.descendants.map(f =>
          f.QueryInterface(Ci.nsIMsgImapMailFolder).onlineName + " " + Object.keys(uses).filter(use => f.getFlag(uses[use])).join()).sort();""")
    assert names == ["Archive Archive", "Drafts Drafts", "INBOX Inbox", "Junk Junk", "Sent Sent", "Trash Trash"], names
    # The list, and the Arabic subject.
    subjects = window.run("""
        await until("five messages", () => pane.gDBView.rowCount == 5);
        return [0, 1, 2, 3, 4].map(subjectOf).sort();""")
    assert subjects == ["To delete", "To flag", "To move", "To read", "رسالة"], subjects
    # Reading: the text is on the screen, and the server knows.
    text = window.run("""
        await choose("To read");
        const message = () => pane.messageBrowser.contentWindow;
        await until("the text", () => message().getMessagePaneBrowser()?.contentDocument?.body?.textContent.includes("plain words"));
        return message().document.getElementById("expandedsubjectBox").textContent.trim();""")
    assert "To read" in text, text
    wait("\\Seen", lambda: len(uids("INBOX", "SEEN", "SUBJECT", '"To read"')) == 1)

    # A flag, by the menu's command.
    window.run("""await choose("To flag"); pane.commandController.doCommand("cmd_markAsFlagged");""")
    wait("\\Flagged", lambda: len(uids("INBOX", "FLAGGED", "SUBJECT", '"To flag"')) == 1)
    # Moved to Archive, deleted to Trash.
    window.run("""await choose("To move"); pane.commandController.doCommand("cmd_moveMessage", folderNamed("Archive"));""")
    wait("the moved message", lambda: len(uids("Archive", "SUBJECT", '"To move"')) == 1)
    window.run("""await choose("To delete"); pane.commandController.doCommand("cmd_delete");""")
    wait("the deleted message", lambda: len(uids("Trash", "SUBJECT", '"To delete"')) == 1)
    wait("what stays", lambda: len(uids("INBOX", "UNDELETED")) == 3)
    # A folder with an Arabic name.
    window.run("""
        const made = new Promise(done => MailServices.mailSession.AddFolderListener({
          onFolderAdded(parent, child) { if (child.name == given[0]) done(); } }, Ci.nsIFolderListener.added));
        server().rootFolder.createSubfolder(given[0], mail.msgWindow);
        await made;""", "مشاريع")
    wait("the folder", lambda: any(b"&BkUGNAYnBjEGSgY5-" in line for line in ok(session.list())))
    # Search on the server, as "Search Messages… / Run search on server" does.
    found = window.run("""
        const search = Cc["@mozilla.org/messenger/searchSession;1"].createInstance(Ci.nsIMsgSearchSession);
        const found = [];
        const ended = new Promise(done => search.registerListener({
          onSearchHit(header) { found.push(header.mime2DecodedSubject); }, onSearchDone(status) { done(status); }, onNewSearch() {} }));
        search.addScopeTerm(Ci.nsMsgSearchScope.onlineMail, folderNamed("INBOX"));
        const term = search.createTerm();
        term.attrib = Ci.nsMsgSearchAttrib.Body;
        term.op = Ci.nsMsgSearchOp.Contains;
        const value = term.value;
        value.attrib = term.attrib;
        value.str = "eedle";
        term.value = value;
        search.appendTerm(term);
        search.search(mail.msgWindow);
        await ended;
        return found;""")
    assert found == ["رسالة"], found
    # A new message shows itself by IDLE.
    ok(session.append("INBOX", None, None, letter("fresh", "Just come", "new\r\n").encode()))
    window.run("""await until("the new message", () => rowOf("Just come") >= 0);""")
    # Writing: a compose window, sent, and its copy in Sent.
    window.run("""
        const parameters = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
        const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
        fields.to = given[0];
        fields.subject = "Written in Thunderbird: تحية";
        fields.body = "Greetings. السلام عليكم\\n";
        parameters.composeFields = fields;
        parameters.type = Ci.nsIMsgCompType.New;
        parameters.format = Ci.nsIMsgCompFormat.PlainText;
        parameters.identity = MailServices.accounts.defaultAccount.defaultIdentity;
        MailServices.compose.OpenComposeWindowWithParams(null, parameters);
        const window = await until("the compose window", () => Services.wm.getMostRecentWindow("msgcompose"));
        await until("its editor", () => window.gMsgCompose?.editor && !window.gWindowLocked && window.composeEditorReady !== false);
        await later(500);
        window.goDoCommand("cmd_sendNow");
        await until("the end of sending", () => window.closed);""", other)
    reader = imap(bed, 51)
    ok(reader.select("INBOX", readonly=True))
    found = ok(reader.search(None, "FROM", user, "SUBJECT", '"Written in Thunderbird"'))[0].split()
    assert len(found) == 1, found
    reader.logout()
    wait("the copy in Sent", lambda: len(uids("Sent", "SUBJECT", '"Written in Thunderbird"')) == 1)
    # What another device does is seen here at once.
    ok(session.select("INBOX"))
    ok(session.store(ok(session.search(None, "SUBJECT", '"To read"'))[0].decode(), "+FLAGS", "(\\Flagged)"))
    window.run("""await until("the other device's flag", () => pane.gDBView.getMsgHdrAt(rowOf("To read")).isFlagged);""")
    # Closed and opened again, after another device deleted, flagged and added.
    window.leave()
    ok(session.store(ok(session.search(None, "SUBJECT", '"Just come"'))[0].decode(), "+FLAGS", "(\\Deleted)"))
    ok(session.store(ok(session.search(None, "SUBJECT", '"To flag"'))[0].decode(), "-FLAGS", "(\\Flagged)"))
    ok(session.expunge())
    ok(session.append("INBOX", None, None, letter("later", "While away", "new\r\n").encode()))
    window.launch(window.environment)
    rows = window.run("""
        await open("INBOX");
        await until("the changes", () => rowOf("While away") >= 0 && rowOf("Just come") < 0);
        await until("the flags", () => !pane.gDBView.getMsgHdrAt(rowOf("To flag")).isFlagged);
        return pane.gDBView.rowCount;""")
    assert rows == 4, rows


CHECKS = [thunderbird]
