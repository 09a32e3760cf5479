"""Mail over SMTP (RFC 5321), through a relay that does not depend on the watched service."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message as Letter
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from lightship.channels import ChannelError, Message

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, kw_only=True)
class Email:
    """`to`: the staff. `security` defaults to none on this machine itself, TLS at port 465, STARTTLS elsewhere. `ca`: file
    with the authority that signed the relay's certificate, if it is no public one. `timeout`: seconds for each answer."""

    name: str
    host: str
    sender: str
    to: tuple[str, ...] = ()
    port: int | None = None
    security: Security | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    timeout: float = 10.0

    def __post_init__(self) -> None:
        for address in (self.sender, *self.to):
            _bare(address)
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together: one of them is missing")
        if self.password and self._secured == "none" and not _is_local(self.host):
            raise ValueError('security = "none" would send the password in the clear: use "starttls" or "tls"')
        if self.ca and not self.ca.is_file():
            raise ValueError(f"ca names {self.ca}, and there is no such file")
        if not 0 < self.timeout <= 30:
            raise ValueError("timeout should be more than 0 and at most 30 seconds")

    @property
    def _secured(self) -> Security:
        return self.security or ("tls" if self.port == PORTS["tls"] else "none" if _is_local(self.host) else "starttls")

    @property
    def _port(self) -> int:
        return self.port or PORTS[self._secured]

    @staticmethod
    def check(address: str) -> None:
        if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", address):
            raise ValueError(f"{address!r} is no address of mail: write one, such as alice@example.com")

    def tell(self, message: Message) -> None:
        to = tuple(message.to) or self.to
        if not to:
            raise ChannelError('nobody is named: set `to = ["…@…"]` to the staff\'s addresses', permanent=True)
        try:
            refused = self._send(self._letter(message, to), [_bare(address) for address in to])
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise self._explained(error) from error
        if refused:
            raise ChannelError(f"{self._where} told the others, but refused {_refusals(refused)}", permanent=True)

    def _letter(self, message: Message, to: tuple[str, ...]) -> "Letter[str, str | Header]":
        # Python's older email API: the newer one (3.11) loses spaces where it folds a long subject that is not ASCII.
        # 7 bit: not every relay supports 8BITMIME, and one that re-codes the body breaks its signatures.
        text = Charset("utf-8")
        text.body_encoding = QP
        letter: Letter[str, str | Header] = Letter()
        letter.set_payload(message.body.rstrip() + "\n", text)
        letter["From"] = formataddr(parseaddr(self.sender))
        letter["To"] = ", ".join(formataddr(parseaddr(address)) for address in to)
        plain = message.subject.isascii() and len(message.subject) < 66
        letter["Subject"] = message.subject if plain else Header(message.subject, text, header_name="Subject")
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = (
            f"<{message.id}@{_domain(self.sender)}>" if message.id else make_msgid(domain=_domain(self.sender))
        )
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no robot answers it
        return letter

    def _send(self, letter: "Letter[str, str | Header]", to: list[str]) -> Mapping[str, tuple[int, bytes]]:
        """The refused addresses, where the relay took at least one other."""
        context = ssl.create_default_context(cafile=self.ca)
        # Our own name is not looked up: the DNS may be what is broken.
        own = _domain(self.sender)
        if self._secured == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self._port, own, timeout=self.timeout, context=context)
        else:
            relay = smtplib.SMTP(self.host, self._port, own, timeout=self.timeout)
        try:
            if self._secured == "starttls":
                relay.starttls(context=context)
            if self.user:
                relay.login(self.user, self.password)
            refused = relay.send_message(letter, _bare(self.sender), to)
            # The message is sent: an error on QUIT changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                relay.quit()
            return refused
        finally:
            relay.close()

    @property
    def _where(self) -> str:
        return f"{self.host}:{self._port}"

    def _explained(self, error: Exception) -> ChannelError:
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            permanent = all(code >= 500 for code, _ in error.recipients.values())
            return ChannelError(f"{self._where} refused {_refusals(error.recipients)}", permanent=permanent)
        if isinstance(error, smtplib.SMTPResponseException):
            refusal = next((refusal for kind, refusal in _REFUSALS if isinstance(error, kind)), "refused the message")
            message = f"{self._where} {refusal}: {error.smtp_code} {_one_line(error.smtp_error)}"
            return ChannelError(message, permanent=error.smtp_code >= 500)
        if isinstance(error.__context__, TimeoutError):  # smtplib calls it a closed connection
            error = error.__context__
        for kind, template, permanent in _FAILURES:
            if isinstance(error, kind):
                return ChannelError(template.format(where=self._where, error=error, seconds=self.timeout), permanent=permanent)
        return ChannelError(f"{self._where} cannot be reached: {getattr(error, 'strerror', None) or error}")


_REFUSALS = (
    (smtplib.SMTPAuthenticationError, "refused user and password"),
    (smtplib.SMTPSenderRefused, "refused the sender"),
    (smtplib.SMTPConnectError, "refused to talk"),
)

_FAILURES: tuple[tuple[type[Exception], str, bool], ...] = (
    (
        ssl.SSLCertVerificationError,
        "{where} shows a certificate that is not good for it ({error.verify_message}): name its authority in `ca`, "
        "or correct `host`",
        True,
    ),
    (ssl.SSLError, '{where} does not speak TLS there: set `security` to "starttls" or the right `port`', True),
    (smtplib.SMTPNotSupportedError, "{where} cannot do what is asked of it: {error}", True),
    (smtplib.SMTPServerDisconnected, "{where} closed the connection: is it a mail relay, and `security` right?", False),
    (ValueError, "{error}", True),
    (TimeoutError, "{where} did not answer within {seconds:.0f} s: is it up?", False),
)


def _refusals(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({code} {_one_line(answer)})" for address, (code, answer) in refused.items())


def _one_line(answer: bytes | str) -> str:
    return " ".join((answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer).split())


def _bare(address: str) -> str:
    """`alice@example.com` out of `Alice <alice@example.com>`."""
    bare = parseaddr(address)[1]
    if "@" not in bare.strip("@"):
        raise ValueError(f"{address!r} is no address of mail, such as alice@example.com")
    return bare


def _domain(address: str) -> str:
    return _bare(address).rpartition("@")[2]


def _is_local(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
