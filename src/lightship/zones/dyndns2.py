"""Dynamic DNS providers by the dyndns2 protocol: addresses only, one update for both families, read from the name servers.

It keeps the protocol's rules for clients: no update that changes nothing, none for 30 minutes after `911` and `dnserr`, and
none from this process after an error that only a person can correct.
"""

import ipaddress
import math
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import urllib3

from lightship.net.nameservers import ask, authorities
from lightship.zones import Key, Sets, ZoneError
from lightship.zones._records import Provider, Rows, check_ttl, owner
from lightship.zones._rest import wait_for

PATIENCE = 60
REST = 30 * 60
SAME = 5 * 60
"""Seconds in which an update that was answered by nochg is not sent again."""
WHO = "the dyndns2 server"

ACCOUNT = {
    "badauth": "refuses user or password",
    "!donator": "says that the account has not paid for this",
    "badagent": "has blocked this client",
    "badsys": "does not know this kind of service",
}
HOST = {
    "notfqdn": "says that this is no full host name",
    "nohost": "has no such host in this account",
    "!yours": "says that the host belongs to another account",
    "numhost": "says that these are too many hosts or addresses",
    "abuse": "has blocked the host for abuse",
}
WAIT = {"911": "has trouble", "dnserr": "has trouble with its DNS"}
KNOWN = {"good", "nochg", *ACCOUNT, *HOST, *WAIT}


@dataclass(frozen=True, kw_only=True)
class Dyndns2(Provider):
    """`server` is the URL of the update: https://update.dedyn.io/ for deSEC, https://HOST/nic/update elsewhere.
    `nameservers`: addresses (or ADDRESS:PORT) to read from, where those of the zone should not be looked up."""

    who: ClassVar[str] = WHO
    atomic: ClassVar[bool] = False
    holds_txt: ClassVar[bool] = False
    floor: ClassVar[int] = 60

    server: str
    user: str
    password: str = field(repr=False)
    nameservers: list[str] = field(default_factory=list)
    ttl: int = 60

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self.floor, "dyndns2")
        parts = urlsplit(self.server)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("server should be an https:// URL: the password is sent to it")
        for place in self.nameservers:
            _place(place)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        if strange := [key for key, wanted in to.items() if wanted and key not in _FAMILIES]:
            names = ", ".join(f"{owner(name, label)} {kind}" for label, kind in strange)
            raise ZoneError(f"dyndns2 holds only the addresses of a name, not {names}", permanent=True)
        super().set_records(name, to, expecting=expecting)

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        held = {**self._sets(current), **self.read(name, [key for key in _FAMILIES if key not in current])}
        wanted = {key: to.get(key, held[key]) for key in _FAMILIES}
        if all(wanted[key] == held[key] for key in _FAMILIES):
            return  # Providers count an update that changes nothing as abuse.
        self._update(name, *wanted.values())
        wait_for(
            lambda: self.read(name, _FAMILIES) == wanted,
            PATIENCE,
            f"the update was taken, but the name servers of {name} do not show it after {PATIENCE} s",
        )

    def _update(self, name: str, ipv4: Collection[str], ipv6: Collection[str]) -> None:
        query = urlencode({"hostname": name, "myip": ",".join(sorted(ipv4)), "myipv6": ",".join(sorted(ipv6))})
        if not self._patience.allows(name, query, time.monotonic()):
            return
        headers = urllib3.make_headers(basic_auth=f"{self.user}:{self.password}")
        answer = self._rest.ask("GET", f"{self.server}{'&' if '?' in self.server else '?'}{query}", headers, reads=False)
        code = answer.text.partition("\n")[0].strip()
        if answer.status != 200 and code.partition(" ")[0] not in KNOWN:
            # deSEC and others answer by HTTP status where older ones use the protocol's codes only.
            code = {401: "badauth", 403: "!yours", 404: "nohost"}.get(answer.status, "")
            if not code:
                raise answer.refusal()
        self._patience.hear(name, query, code, time.monotonic())

    def _rows(self, full: str, kinds: Collection[str]) -> Iterator[tuple[str, str]]:
        for kind in kinds:
            answer, type_ = self._authority(full, kind), dns.rdatatype.from_text(kind)
            rrset = answer.get_rrset(answer.answer, dns.name.from_text(full), dns.rdataclass.IN, type_)
            yield from ((kind, rdata.to_text()) for rdata in rrset or ())

    def _authority(self, full: str, kind: str) -> dns.message.Message:
        """The answer of one of the name servers that hold the name themselves."""
        problem = "it has none"
        try:
            servers = [_place(text) for text in self.nameservers] or authorities(full)
        except LookupError as error:
            raise ZoneError(str(error)) from error
        for address, port in servers:
            try:
                answer = ask((address, port), full, kind)
            except LookupError as error:
                problem = str(error)
                continue
            if answer.flags & dns.flags.AA and answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return answer
            problem = f"{address} answers {dns.rcode.to_text(answer.rcode())}, not as an authority"
        raise ZoneError(f"no name server of {full} can be read: {problem}")

    @cached_property
    def _patience(self) -> "Patience":
        return Patience()


class Patience:
    """The provider's answers that forbid another update, as long as this zone lives in the process."""

    def __init__(self) -> None:
        self.final: dict[str, str] = {}
        self.rest, self.until = "", 0.0
        self.same: dict[str, tuple[str, float]] = {}

    def allows(self, name: str, query: str, now: float) -> bool:
        """Whether to send the update. Not if the same one was answered by nochg: the name servers are late. ZoneError if no
        update may be sent now."""
        if reason := self.final.get("") or self.final.get(name):
            raise ZoneError(f"{reason}; it is not asked again until this process is started anew", permanent=True)
        if now < self.until:
            raise ZoneError(f"{self.rest}; it is not asked again for {math.ceil((self.until - now) / 60)} min")
        same, until = self.same.get(name, ("", 0.0))
        return query != same or now >= until

    def hear(self, name: str, query: str, code: str, now: float) -> None:
        """ZoneError for every answer that is not a success; recorded if it forbids another update."""
        word, _, rest = code.partition(" ")
        if word == "good" and rest == "127.0.0.1" and "127.0.0.1" not in query:
            word = "badagent"  # so some providers answer a client that they ignore
        if word == "nochg":
            self.same[name] = (query, now + SAME)
        elif word in WAIT:
            self.rest, self.until = f"{WHO} {WAIT[word]} ({word})", now + REST
            raise ZoneError(f"{self.rest}; it is asked again in {REST // 60} minutes")
        elif word in ACCOUNT or word in HOST:
            reason = f"{WHO} {ACCOUNT.get(word) or HOST[word]} ({word})"
            self.final["" if word in ACCOUNT else name] = reason
            raise ZoneError(f"{reason}: put that right, then start this process anew", permanent=True)
        elif word != "good":
            raise ZoneError(f"{WHO} answers {code[:100]!r}, which is no word of the protocol", unknown=True)


def _place(text: str) -> tuple[str, int]:
    """ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT"""
    parts = urlsplit(f"//{text}" if text.count(":") < 2 or text.startswith("[") else f"//[{text}]")
    try:
        return str(ipaddress.ip_address(parts.hostname or "")), parts.port or 53
    except ValueError:
        raise ValueError(f"nameservers: {text!r} is not an address, or ADDRESS:PORT") from None


_FAMILIES: tuple[Key, ...] = (("@", "A"), ("@", "AAAA"))
