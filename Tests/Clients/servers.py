"""Other mail servers as clients: Postfix and Exim, each with folders and ports of its own, started and stopped by a check.

Debian lets only one of them be installed, so Exim's package is unpacked (`apt-get download`, `dpkg -x`) beside an installed Postfix.
"""
import glob
import os
import stat
import subprocess
import time

from bed import run


class Postfix:
    """An instance that takes mail on 127.0.0.1 and relays all of it to one place."""

    def __init__(self, folder, port, next_hop, lines=""):
        self.folder = folder
        self.config = os.path.join(folder, "config")
        for name in ["config", "queue", "data"]:
            os.makedirs(os.path.join(folder, name))
        os.chmod(folder, 0o755)
        os.chmod(os.path.dirname(folder), 0o755)
        run(["chown", "postfix", os.path.join(folder, "data")])
        self.write("main.cf", f"""compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
myhostname = postfix.test
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = may
default_transport = {next_hop}
default_process_limit = 20
minimal_backoff_time = 1s
queue_run_delay = 2s
{lines}
""")
        with open("/usr/share/postfix/master.cf.dist", encoding="utf-8") as source:
            rows = [line.split(None, 7) for line in source if line.strip() and line[0] not in "#  \t"]
        services = []
        for row in rows:
            if row[1] == "inet":
                if row[0] != "smtp":
                    continue
                row[0] = f"127.0.0.1:{port}"
            row[4] = "n"
            services.append(" ".join(row).strip())
        self.write("master.cf", "\n".join(services) + "\n")

    def write(self, name, text):
        with open(os.path.join(self.config, name), "w", encoding="utf-8") as out:
            out.write(text)

    def __enter__(self):
        run(["postfix", "-c", self.config, "start"])
        return self

    def __exit__(self, *_):
        run(["postfix", "-c", self.config, "stop"], expect=None)

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as lines:
            return lines.read()

    def wait_until_empty(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if "queue is empty" in run(["postqueue", "-c", self.config, "-p"], expect=None):
                return
            time.sleep(0.5)
        raise AssertionError("Postfix's queue does not get empty: " + self.log()[-1500:])


class Exim:
    """Exim's unpacked program, which sends what it is given at once to one host."""

    def __init__(self, folder, port, transport=""):
        self.folder = folder
        os.makedirs(folder)
        packages = os.path.join(folder, "packages")
        os.makedirs(packages)
        subprocess.run(["apt-get", "download", "exim4-daemon-light", "exim4-base"], cwd=packages, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        for package in glob.glob(packages + "/*.deb"):
            run(["dpkg", "-x", package, os.path.join(folder, "root")])
        # Its user exists nowhere but in this folder.
        passwd = os.path.join(folder, "passwd")
        with open("/etc/passwd", encoding="utf-8") as source, open(passwd, "w", encoding="utf-8") as out:
            out.write(source.read() + "Debian-exim:x:65533:65533::/nonexistent:/usr/sbin/nologin\n")
        group = os.path.join(folder, "group")
        with open("/etc/group", encoding="utf-8") as source, open(group, "w", encoding="utf-8") as out:
            out.write(source.read() + "Debian-exim:x:65533:\n")
        for name in ["spool", "log"]:
            os.makedirs(os.path.join(folder, name))
            run(["chown", "65533:65533", os.path.join(folder, name)])
        os.chmod(folder, 0o755)
        os.chmod(os.path.dirname(folder), 0o755)
        self.config = os.path.join(folder, "exim.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f"""primary_hostname = exim.test
exim_path = {folder}/root/usr/sbin/exim4
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
never_users =
keep_environment =
untrusted_set_sender = *
smtputf8_advertise_hosts = *
begin routers
all:
  driver = manualroute
  transport = out
  route_list = * 127.0.0.1 byname
  self = send
begin transports
out:
  driver = smtp
  port = {port}
  allow_localhost
{transport}
begin retry
* * F,1h,1s
""")

    def send(self, sender, recipients, message):
        command = [os.path.join(self.folder, "root/usr/sbin/exim4"), "-C", self.config, "-odf", "-oi", "-f", sender, *recipients]
        null = os.path.join(self.folder, "null")
        if not os.path.exists(null):
            os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            os.chmod(null, 0o666)
        # Its user, and in some containers a /dev/null that not only root may write to, exist for this command alone.
        mounts = "".join(f"mount --bind {self.folder}/{name} {place} && " for name, place in [
            ("passwd", "/etc/passwd"), ("group", "/etc/group"), ("null", "/dev/null")])
        run(["unshare", "-m", "sh", "-c", mounts + 'exec "$@"', "sh", *command], data=message.encode())

    def log(self):
        with open(os.path.join(self.folder, "log", "mainlog"), encoding="utf-8", errors="replace") as lines:
            return lines.read()
