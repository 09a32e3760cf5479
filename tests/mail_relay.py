"""A real Postfix for the tests: it takes mail on three ports (plain, STARTTLS, TLS), and keeps it in one maildir."""

import contextlib
import email
import email.policy
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests import certs, servers

DOMAIN = "acmestatus.example"
USER, PASSWORD = f"status@{DOMAIN}", "a-secret-of-the-tests"
LONGEST = 40_000
"""Bytes of a letter."""

MAIN = """
compatibility_level = 3.6
maillog_file = /dev/stdout
queue_directory = {home}/queue
data_directory = {home}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
biff = no
smtpd_delay_reject = no
smtpd_client_restrictions =
smtpd_peername_lookup = no
smtpd_sender_restrictions = check_sender_access inline:{{ {{mallory@{domain} = 550 5.7.1 not from here}} }}
smtpd_recipient_restrictions = check_recipient_access inline:{{
  {{gone@{domain} = 550 5.1.1 no such mailbox}} {{later@{domain} = 450 4.2.1 come back later}} }},
  permit_mynetworks, reject
smtpd_relay_restrictions =
message_size_limit = {longest}
virtual_mailbox_limit = 0
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_tls_cert_file = {home}/relay.pem
smtpd_tls_key_file = {home}/relay.key
smtpd_tls_session_cache_database =
smtpd_sasl_local_domain = {domain}
"""

MASTER = """
127.0.0.1:{plain} inet n - n - - smtpd -o smtpd_tls_security_level=none
127.0.0.1:{starttls} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {sasl}
127.0.0.1:{tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {sasl}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Relay:
    """The ports, the authority that signed its certificate (for 127.0.0.1), and where the mail lies."""

    plain: int
    starttls: int
    tls: int
    ca: Path
    mail: Path

    def letter(self, subject: str) -> EmailMessage:
        """The one letter of that subject, once it has come."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = [letter for letter in self.letters() if str(letter["Subject"]) == subject]
            if found:
                return found[0]
            time.sleep(0.02)
        raise AssertionError(f"no letter {subject!r} came; there is {[str(each['Subject']) for each in self.letters()]}")

    def letters(self) -> list[EmailMessage]:
        new = self.mail / "box" / "new"
        bodies = [path.read_bytes() for path in sorted(new.glob("*"))] if new.exists() else []
        return [email.message_from_bytes(body, policy=email.policy.default) for body in bodies]


@contextlib.contextmanager
def postfix() -> Iterator[Relay]:
    # Not below pytest's folder, which only its owner may enter: parts of Postfix run as other users.
    home = Path(tempfile.mkdtemp(prefix="lightship-postfix-", dir="/var/tmp"))
    try:
        home.chmod(0o755)
        relay = _prepared(home)
        master = Path(_setting("daemon_directory")) / "master"
        with servers.running([master, "-c", home / "etc", "-d"], home, relay.plain):
            yield relay
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _prepared(home: Path) -> Relay:
    nobody = pwd.getpwnam("nobody")
    for name in ("etc/sasl", "queue", "data", "mail"):
        (home / name).mkdir(parents=True)
    os.chown(home / "mail", nobody.pw_uid, nobody.pw_gid)
    authority = certs.Authority("Acme internal")
    authority.write(home / "ca.pem")
    authority.issue("127.0.0.1").write(home / "relay.pem", home / "relay.key")
    ports = {name: servers.free_port() for name in ("plain", "starttls", "tls")}
    sasl = "-o smtpd_sasl_auth_enable=yes -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject"
    where = {"home": home, "domain": DOMAIN, "longest": LONGEST, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
    (home / "etc" / "main.cf").write_text(MAIN.format(**where))
    (home / "etc" / "master.cf").write_text(MASTER.format(**ports, sasl=sasl))
    _accounts(home)
    owner = pwd.getpwnam("postfix")
    os.chown(home / "data", owner.pw_uid, owner.pw_gid)
    subprocess.run([_postfix(), "-c", home / "etc", "check"], check=True, stdout=subprocess.DEVNULL)
    return Relay(**ports, ca=home / "ca.pem", mail=home / "mail")


def _accounts(home: Path) -> None:
    """Who may send, for Postfix's SASL library."""
    (home / "etc" / "sasl" / "smtpd.conf").write_text(
        f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {home}/etc/sasl/db\nmech_list: PLAIN LOGIN\n"
    )
    user, _, realm = USER.partition("@")
    command = ["saslpasswd2", "-p", "-c", "-f", str(home / "etc" / "sasl" / "db"), "-u", realm, user]
    subprocess.run(command, input=PASSWORD, text=True, check=True, env={**os.environ, "PATH": servers.SEARCH})
    os.chown(home / "etc" / "sasl" / "db", 0, grp.getgrnam("postfix").gr_gid)
    (home / "etc" / "sasl" / "db").chmod(0o640)


def _postfix() -> str:
    found = servers.program("postfix")
    if found is None:
        raise LookupError(f"Postfix is not installed: {servers.remedy('postfix')}")
    return found


def _setting(name: str) -> str:
    answer = subprocess.run(["postconf", "-h", name], check=True, capture_output=True, text=True)
    return answer.stdout.strip()
