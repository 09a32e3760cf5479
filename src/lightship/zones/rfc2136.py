"""A zone on one's own name server (BIND, Knot, PowerDNS): read and changed at its primary with TSIG-signed DNS (RFC 2136).

All over TCP: an answer is never cut short, a lost packet is sent again by the kernel, and "nobody listens" is told apart
from "the reply was lost". Nothing is ever sent twice: whoever gets no reply reads again.
"""

import base64
import binascii
import ipaddress
import random
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.TXT
import dns.tsig
import dns.update
from pydantic import AfterValidator, ConfigDict, Field

from lightship.config.fields import Name
from lightship.config.toml import STRICT
from lightship.zones import TXT_TTL, Conflict, Key, Sets, ZoneError

_IN = dns.rdataclass.IN
_TYPES = ("A", "AAAA", "CNAME", "TXT")


def _secret(text: str) -> str:
    try:
        if base64.b64decode(text, validate=True):
            return text
    except (binascii.Error, ValueError):
        pass
    raise ValueError("should be the base64 of a TSIG key: `tsig-keygen NAME` makes one")


@dataclass(frozen=True, kw_only=True)
class TsigKey:
    """As `tsig-keygen` and `keymgr -t` print it; `secret` is base64."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: Name
    secret: Annotated[str, AfterValidator(_secret)] = field(repr=False)
    algorithm: Literal["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"] = "hmac-sha256"


@dataclass(frozen=True, kw_only=True)
class Rfc2136:
    """`server` is the primary, best by address: a witness must reach it when names do not resolve. `zone` is the zone that
    holds the name, where that is not the name itself. `timeout`: seconds for a whole read or change; Knot stalls for one."""

    atomic: ClassVar[bool] = True
    holds_votes: ClassVar[bool] = True
    holds_txt: ClassVar[bool] = True
    floor: ClassVar[int] = 1

    name: Name
    server: str
    key: TsigKey
    zone: Name | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 53
    ttl: Annotated[int, Field(ge=1, le=86400)] = 30
    timeout: Annotated[float, Field(ge=3, le=60)] = 5.0

    def __post_init__(self) -> None:
        if not _name(self.name).is_subdomain(self._origin):
            raise ValueError(f"{self.name} is not in the zone {self.zone}: correct `zone`")

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        ids = random.SystemRandom().sample(range(1 << 16), len(keys))
        ask = dns.message.make_query
        queries = {key: self._signed(ask(self._at(name, key), key[1], flags=0, id=i)) for i, key in zip(ids, keys, strict=True)}
        answers = self._ask(list(queries.values()))
        return {key: self._found(self._at(name, key), key[1], answers[query.id]) for key, query in queries.items()}

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        update = dns.update.UpdateMessage(self._origin)
        for key, values in {**_out_of_the_way(to), **expecting}.items():
            if values:
                update.present(self._at(name, key), _rdataset(key, values, 0))
            else:
                update.absent(self._at(name, key), key[1])
        # Gone before come: a server skips, without a word, an address that is added beside a CNAME, and the reverse.
        for key in to:
            update.delete(self._at(name, key), key[1])
        for key, values in to.items():
            self._refuse_what_is_skipped(name, key, values, to)
            if values:
                update.add(self._at(name, key), _rdataset(key, values, TXT_TTL if key[1] == "TXT" else self.ttl))
        self._insist(self._ask([self._signed(update)], changing=True)[update.id], changing=True)

    @property
    def _origin(self) -> dns.name.Name:
        return _name(self.zone or self.name)

    @property
    def _where(self) -> str:
        return f"[{self.server}]:{self.port}" if ":" in self.server else f"{self.server}:{self.port}"

    def _at(self, name: str, key: Key) -> dns.name.Name:
        owner = _name(name) if key[0] == "@" else dns.name.from_text(key[0], _name(name))
        if not owner.is_subdomain(self._origin):
            raise ZoneError(f"{owner.to_text(True)} is not in the zone {self.zone or self.name}", permanent=True)
        return owner.canonicalize()

    def _signed(self, message: dns.message.Message) -> dns.message.Message:
        message.use_tsig(dns.tsig.Key(self.key.name, self.key.secret, self.key.algorithm))
        return message

    def _refuse_what_is_skipped(self, name: str, key: Key, values: Collection[str], to: Sets) -> None:
        if key[1] != "CNAME" or not values:
            return
        if self._at(name, key) == self._origin:
            words = f"a zone cannot have a CNAME at its top: give the host an `address`, or put {name} into the zone above it"
            raise ZoneError(words, permanent=True)
        if len(values) > 1 or any(to.get((key[0], kind)) for kind in _TYPES if kind != "CNAME"):
            raise ZoneError(f"{name} cannot have a CNAME and anything else beside it", permanent=True)

    def _ask(self, messages: Sequence[dns.message.Message], *, changing: bool = False) -> Mapping[int, dns.message.Message]:
        """The replies by id, their signatures verified. All are sent at once on one connection, and may come in any order."""
        deadline = time.monotonic() + self.timeout
        try:
            connection = socket.create_connection((self.server, self.port), self.timeout)
        except socket.gaierror as error:
            raise ZoneError(f"the name server {self.server} does not resolve ({error.strerror}): give its address") from error
        except OSError as error:
            why = error.strerror or f"no answer within {self.timeout:g} s"
            raise ZoneError(f"the name server {self._where} cannot be reached over TCP: {why}") from error
        try:
            with connection, connection.makefile("rb") as stream:
                connection.sendall(b"".join(message.to_wire(prepend_length=True) for message in messages))
                waiting = {message.id: message for message in messages}
                replies: dict[int, dns.message.Message] = {}
                while waiting:
                    connection.settimeout(max(deadline - time.monotonic(), 0.001))
                    wire = _one(stream.read)
                    request = waiting.pop(int.from_bytes(wire[:2], "big"))
                    replies[request.id] = _verified(wire, request)
                return replies
        except (OSError, EOFError, KeyError) as error:
            late = isinstance(error, TimeoutError)
            what = f"did not answer within {self.timeout:g} s" if late else "closed the connection without an answer"
            raise ZoneError(f"the name server {self._where} {what}", unknown=changing) from error
        except dns.exception.DNSException as error:
            raise self._explained(error, changing=changing) from error

    def _explained(self, error: dns.exception.DNSException, *, changing: bool) -> ZoneError:
        words = next((words for kind, words in _TSIG.items() if isinstance(error, kind)), None)
        if words is None:
            text = f"the name server {self._where} sent something that is not its signed answer: {error}"
            return ZoneError(text, unknown=changing)
        return ZoneError(words.format(where=self._where, key=self.key.name), permanent=True)

    def _found(self, owner: dns.name.Name, kind: str, answer: dns.message.Message) -> frozenset[str]:
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.REFUSED):
            self._insist(answer, changing=False)
        if answer.rcode() == dns.rcode.REFUSED or not answer.flags & dns.flags.AA or not answer.had_tsig:
            words = f"{self._where} does not hold {owner.to_text(True)} itself: is `server` the primary, and `zone` right?"
            raise ZoneError(words, permanent=True)
        if any(rrset.rdtype == dns.rdatatype.DNAME for rrset in answer.answer):
            words = f"a DNAME above it redirects {owner.to_text(True)}: nothing there can be changed; remove the DNAME"
            raise ZoneError(words, permanent=True)
        rrset = answer.get_rrset(answer.answer, owner, _IN, dns.rdatatype.from_text(kind))
        return frozenset(_text(rdata) for rdata in rrset or ())

    def _insist(self, reply: dns.message.Message, *, changing: bool) -> None:
        """That it says that all is done, and is signed."""
        rcode = reply.rcode()
        if rcode in _CONFLICTS:
            raise Conflict(f"{self.name} is not as it was read ({dns.rcode.to_text(rcode)}): nothing was changed")
        if rcode != dns.rcode.NOERROR:
            words, permanent = _REFUSALS.get(rcode, ("answers {rcode}: see its log", False))
            said = words.format(key=self.key.name, zone=self.zone or self.name, rcode=dns.rcode.to_text(rcode))
            unknown = changing and rcode == dns.rcode.SERVFAIL
            raise ZoneError(f"the name server {self._where} {said}", permanent=permanent, unknown=unknown)
        if not reply.had_tsig:
            raise ZoneError(f"the name server {self._where} answered without a signature: is it the right one?", unknown=True)


_CONFLICTS = (dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN)

_REFUSALS = {
    dns.rcode.REFUSED: (
        "refuses: let the key {key} change these names and types in {zone} (BIND: update-policy, Knot: acl, PowerDNS: "
        "dnsupdate=yes and TSIG-ALLOW-DNSUPDATE). Is it the primary? PowerDNS says no more of a wrong secret or clock either",
        True,
    ),
    dns.rcode.NOTAUTH: (
        "is not the primary of {zone}, or does not take the key {key} (its name, algorithm and secret, and the clocks of both "
        "machines, must agree): correct `server`, `zone` or `key`",
        True,
    ),
    dns.rcode.NOTIMP: ("takes no updates: BIND, Knot and PowerDNS (with dnsupdate=yes) do", True),
    dns.rcode.NOTZONE: ("does not hold these names in {zone}: correct `zone`", True),
    dns.rcode.FORMERR: ("does not understand the update (FORMERR): is it a name server for {zone}?", True),
    dns.rcode.SERVFAIL: ("failed (SERVFAIL): see its log; is {zone} loaded, its journal writable, the disk full?", False),
}

_TSIG: Mapping[type[Exception], str] = {
    # Knot says so too where the key is known and its acl has no rule that allows all of the update.
    dns.tsig.PeerBadKey: "{where} does not take the key {key} for this (BADKEY): does it have a key of that name and "
    "algorithm, and (Knot) an acl that lets the key change these names and types?",
    dns.tsig.PeerBadSignature: "{where} has another secret for the key {key} (BADSIG): correct `key.secret`",
    dns.tsig.PeerBadTime: "the clocks of this machine and of {where} are more than 5 minutes apart (BADTIME): set both by NTP",
    dns.tsig.PeerBadTruncation: "{where} refuses signatures as short as ours (BADTRUNC): use hmac-sha256",
}


def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(text).canonicalize()


def _one(read: Callable[[int], bytes]) -> bytes:
    """One message of a TCP stream (RFC 1035, 4.2.2)."""
    length = int.from_bytes(read(2), "big")
    wire = read(length)
    if length < 12 or len(wire) < length:
        raise EOFError("no reply")
    return wire


def _verified(wire: bytes, request: dns.message.Message) -> dns.message.Message:
    """Its signature checked; or without one, as servers refuse what they do not trust."""
    try:
        return dns.message.from_wire(wire, keyring=request.keyring, request_mac=request.mac)
    except dns.exception.FormError:
        reply = dns.message.from_wire(wire, keyring=False)
        if reply.had_tsig:
            raise
        return reply


def _out_of_the_way(to: Sets) -> Sets:
    """What must not be at an owner for a server not to skip a change silently (RFC 2136, 3.4.2.2), unless it goes too."""
    others = {key: kinds for key, values in to.items() if values for kinds in [_beside(key[1])]}
    return {(key[0], kind): frozenset() for key, kinds in others.items() for kind in kinds if (key[0], kind) not in to}


def _beside(kind: str) -> Sequence[str]:
    return [other for other in _TYPES if other != "CNAME"] if kind == "CNAME" else ["CNAME"]


def _rdataset(key: Key, values: Collection[str], ttl: int) -> dns.rdataset.Rdataset:
    try:
        return dns.rdataset.from_rdata_list(ttl, [_rdata(key[1], value) for value in sorted(values)])
    except (dns.exception.DNSException, ValueError) as error:
        raise ZoneError(f"{', '.join(sorted(values))} cannot be a record of type {key[1]}: {error}", permanent=True) from error


def _rdata(kind: str, value: str) -> dns.rdata.Rdata:
    if kind != "TXT":
        return dns.rdata.from_text(_IN, kind, f"{value.rstrip('.').lower()}." if kind == "CNAME" else value)
    # By bytes: no quoting to get wrong. A string of the DNS holds 255; a longer text is several.
    raw = value.encode("utf-8", "surrogateescape")
    strings = [raw[start : start + 255] for start in range(0, len(raw) or 1, 255)]
    return dns.rdtypes.ANY.TXT.TXT(_IN, dns.rdatatype.TXT, strings)


def _text(rdata: dns.rdata.Rdata) -> str:
    if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(rdata.strings).decode("utf-8", "surrogateescape")
    if isinstance(rdata, dns.rdtypes.ANY.CNAME.CNAME):
        return rdata.target.canonicalize().to_text(omit_final_dot=True)
    return str(ipaddress.ip_address(rdata.to_text()))
