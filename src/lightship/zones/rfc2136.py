"""A zone on one's own name server (BIND, Knot, PowerDNS): read and changed at its primary with TSIG-signed DNS (RFC 2136).

Over TCP only: answers are never truncated, the kernel resends lost packets, and a refused connection differs from a lost
reply. No message is sent twice: whoever gets no reply reads again.
"""

import base64
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
import dns.tsig
import dns.update
from pydantic import AfterValidator, ConfigDict, Field

from lightship.config.fields import Name
from lightship.config.toml import STRICT
from lightship.zones import Conflict, Key, Sets, Zone, ZoneError
from lightship.zones._records import TYPES, lifetime, values, with_exclusions, zone_file

_IN = dns.rdataclass.IN


def _secret(text: str) -> str:
    try:
        if base64.b64decode(text, validate=True):
            return text
    except ValueError:
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
class Rfc2136(Zone):
    """`server` is the primary, best by address: a witness must reach it when names do not resolve. `zone` is the zone that
    holds the name, where that is not the name itself. `timeout`: seconds for a whole read or change; Knot stalls for one."""

    holds_votes: ClassVar[bool] = True

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
        return {key: self._values(self._at(name, key), key[1], answers[query.id]) for key, query in queries.items()}

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        # The exclusions keep a server from skipping a change silently (RFC 2136, 3.4.2.2).
        to, expecting = with_exclusions(to, expecting)
        update = dns.update.UpdateMessage(self._origin)
        for key, expected in expecting.items():
            if expected:
                update.present(self._at(name, key), _rdataset(key, expected, 0))
            else:
                update.absent(self._at(name, key), key[1])
        # All deletions before any addition: a server silently skips an address beside a CNAME, and the reverse.
        for key in to:
            update.delete(self._at(name, key), key[1])
        for key, wanted in to.items():
            self._refuse_what_is_skipped(name, key, wanted, to)
            if wanted:
                update.add(self._at(name, key), _rdataset(key, wanted, lifetime(key[1], self.ttl, self.floor)))
        self._expect_done(self._ask([self._signed(update)], changing=True)[update.id], changing=True)

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

    def _refuse_what_is_skipped(self, name: str, key: Key, wanted: Collection[str], to: Sets) -> None:
        if key[1] != "CNAME" or not wanted:
            return
        if self._at(name, key) == self._origin:
            reason = f"a zone cannot have a CNAME at its top: give the host an `address`, or put {name} into the zone above it"
            raise ZoneError(reason, permanent=True)
        if len(wanted) > 1 or any(to.get((key[0], kind)) for kind in TYPES if kind != "CNAME"):
            raise ZoneError(f"{name} cannot have a CNAME and anything else beside it", permanent=True)

    def _ask(self, messages: Sequence[dns.message.Message], *, changing: bool = False) -> Mapping[int, dns.message.Message]:
        """The verified replies by message id. All messages go at once over one connection; replies may come in any order."""
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
                    reply = _reply(stream.read, waiting)
                    replies[reply.id] = reply
                return replies
        except (OSError, EOFError, KeyError) as error:
            late = isinstance(error, TimeoutError)
            problem = f"did not answer within {self.timeout:g} s" if late else "closed the connection without an answer"
            raise ZoneError(f"the name server {self._where} {problem}", unknown=changing) from error
        except tuple(_TSIG) as error:
            raise ZoneError(_TSIG[type(error)].format(where=self._where, key=self.key.name), permanent=True) from error
        except dns.exception.DNSException as error:
            message = f"the name server {self._where} sent something that is not its signed answer: {error}"
            raise ZoneError(message, unknown=changing) from error

    def _values(self, owner: dns.name.Name, kind: str, answer: dns.message.Message) -> frozenset[str]:
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.REFUSED):
            self._expect_done(answer, changing=False)
        if answer.rcode() == dns.rcode.REFUSED or not answer.flags & dns.flags.AA or not answer.had_tsig:
            reason = f"{self._where} does not hold {owner.to_text(True)} itself: is `server` the primary, and `zone` right?"
            raise ZoneError(reason, permanent=True)
        if any(rrset.rdtype == dns.rdatatype.DNAME for rrset in answer.answer):
            reason = f"a DNAME above it redirects {owner.to_text(True)}: nothing there can be changed; remove the DNAME"
            raise ZoneError(reason, permanent=True)
        rrset = answer.get_rrset(answer.answer, owner, _IN, dns.rdatatype.from_text(kind))
        return values(kind, (rdata.to_text() for rdata in rrset or ()))

    def _expect_done(self, reply: dns.message.Message, *, changing: bool) -> None:
        """ZoneError or Conflict unless the reply is signed and reports success."""
        rcode = reply.rcode()
        if rcode in _CONFLICTS:
            raise Conflict(f"{self.name} is not as it was read ({dns.rcode.to_text(rcode)}): nothing was changed")
        if rcode != dns.rcode.NOERROR:
            template, permanent = _REFUSALS.get(rcode, ("answers {rcode}: see its log", False))
            reason = template.format(key=self.key.name, zone=self.zone or self.name, rcode=dns.rcode.to_text(rcode))
            unknown = changing and rcode == dns.rcode.SERVFAIL
            raise ZoneError(f"the name server {self._where} {reason}", permanent=permanent, unknown=unknown)
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
    # Knot answers so too where it knows the key, but no rule of its acl allows all of the update.
    dns.tsig.PeerBadKey: "{where} does not take the key {key} for this (BADKEY): does it have a key of that name and "
    "algorithm, and (Knot) an acl that lets the key change these names and types?",
    dns.tsig.PeerBadSignature: "{where} has another secret for the key {key} (BADSIG): correct `key.secret`",
    dns.tsig.PeerBadTime: "the clocks of this machine and of {where} are more than 5 minutes apart (BADTIME): set both by NTP",
    dns.tsig.PeerBadTruncation: "{where} refuses signatures as short as ours (BADTRUNC): use hmac-sha256",
}


def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(text).canonicalize()


def _reply(read: Callable[[int], bytes], waiting: dict[int, dns.message.Message]) -> dns.message.Message:
    """The next message of a TCP stream (RFC 1035, 4.2.2), the reply to one of those that wait: with its signature checked, or
    an unsigned one, for so servers refuse a request that they do not trust."""
    length = int.from_bytes(read(2), "big")
    wire = read(length)
    if length < 12 or len(wire) < length:
        raise EOFError("no reply")
    request = waiting.pop(int.from_bytes(wire[:2], "big"))
    try:
        return dns.message.from_wire(wire, keyring=request.keyring, request_mac=request.mac)
    except dns.exception.FormError:
        reply = dns.message.from_wire(wire, keyring=False)
        if reply.had_tsig:
            raise
        return reply


def _rdataset(key: Key, wanted: Collection[str], ttl: int) -> dns.rdataset.Rdataset:
    try:
        return dns.rdataset.from_text(_IN, key[1], ttl, *(zone_file(key[1], value) for value in sorted(wanted)))
    except (dns.exception.DNSException, ValueError) as error:
        raise ZoneError(f"{', '.join(sorted(wanted))} cannot be a record of type {key[1]}: {error}", permanent=True) from error
