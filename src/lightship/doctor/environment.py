"""What an examination stands on: the clock, the roots, the resolvers and tables it asks. All doors to the outside pass here."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import dns.rrset

from lightship.doctor import asn
from lightship.net.client import PublicReader

PUBLIC = {"Google": "8.8.8.8", "Cloudflare": "1.1.1.1", "Quad9": "9.9.9.9"}
RDAP = "https://rdap.org"
In = TypeVar("In")
Out = TypeVar("Out")
SECONDS = 4.0
VISIT = 30.0
PATIENCE = 10.0
THREADS = 24


def _now() -> datetime:
    return datetime.now(UTC)


def _resolver() -> dns.resolver.Resolver:
    """The machine's own. One that has none gets one that nobody answers at: all is then told as not answering."""
    try:
        found = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        found = dns.resolver.Resolver(configure=False)
        found.nameservers = ["127.0.0.1"]
    found.timeout, found.lifetime = SECONDS / 2, SECONDS
    return found


@dataclass(frozen=True, kw_only=True)
class Environment:
    """`roots`: a file of authorities to trust instead of the machine's. `open_resolvers`: by name, whom to ask what the public
    sees. `port`: where name servers listen. `cymru`: whether Team Cymru's DNS can be asked. `rdap`: the base URL of a
    registration data service. `seconds`: for one answer. `visit`: for all that is fetched from one address. `patience`: how
    long name servers may take to follow the primary."""

    now: Callable[[], datetime] = _now
    resolver: dns.resolver.Resolver = field(default_factory=_resolver)
    open_resolvers: Mapping[str, str] = field(default_factory=lambda: PUBLIC)
    port: int = 53
    cymru: bool = True
    roots: Path | None = None
    table: asn.Table = field(default_factory=asn.packaged)
    rdap: str = RDAP
    seconds: float = SECONDS
    patience: float = PATIENCE
    visit: float = VISIT
    reader: PublicReader = field(default_factory=lambda: PublicReader(longest=1024 * 1024))

    def resolve(self, name: str, kind: str) -> tuple[str, ...]:
        """As a reader's machine does; nothing where there is nothing, or nobody answers."""
        try:
            return tuple(sorted(str(item).rstrip(".") for item in self.resolver.resolve(name, kind, search=False)))
        except (dns.exception.DNSException, OSError):
            return ()

    def addresses(self, name: str) -> tuple[str, ...]:
        return self.resolve(name, "A") + self.resolve(name, "AAAA")

    def ask(
        self, server: str, name: str, kind: str, *, signed: bool = False, recursive: bool = False
    ) -> dns.message.Message | None:
        """One server's own answer, over UDP and then TCP; None where it does not answer."""
        query = dns.message.make_query(name, kind, want_dnssec=signed)
        if not recursive:
            query.flags &= ~dns.flags.RD
        try:
            answer, _ = dns.query.udp_with_fallback(query, server, self.seconds, self.port, ignore_errors=True)
        except (dns.exception.DNSException, OSError, EOFError):
            return None
        return answer

    def network(self, address: str) -> asn.Network | None:
        """The fresh source first; where it is silent, the packaged table."""
        return (asn.fresh(self.resolver, address) if self.cymru else None) or self.table.find(address)


def at_once(action: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    """Each in a thread of its own; in their order."""
    if not items:
        return []
    with ThreadPoolExecutor(min(len(items), THREADS)) as pool:
        return list(pool.map(action, items))
