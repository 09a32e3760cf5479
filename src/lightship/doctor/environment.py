"""What an examination depends on outside the configuration: clock, trusted roots, resolvers, tables, time limits."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.resolver

from lightship.doctor import asn
from lightship.net.client import PublicReader

PUBLIC = {"Google": "8.8.8.8", "Cloudflare": "1.1.1.1", "Quad9": "9.9.9.9"}
RDAP = "https://rdap.org"
In = TypeVar("In")
Out = TypeVar("Out")
SECONDS = 4.0
THREADS = 24


def _resolver() -> dns.resolver.Resolver:
    """The machine's own. Where it has none: one at which nobody answers, so that each check says so."""
    try:
        resolver = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
    resolver.timeout, resolver.lifetime = SECONDS / 2, SECONDS
    return resolver


@dataclass(frozen=True, kw_only=True)
class Environment:
    """`roots`: a file of certificate authorities to trust instead of the machine's. `open_resolvers`: public resolvers, name ->
    address. `port`: port of name servers. `cymru`: whether Team Cymru's DNS answers. `rdap`: base URL of a registration data
    service. Limits in seconds: `seconds` for one answer, `visit` for all that is fetched from one address, `patience` for name
    servers to follow the primary."""

    now: Callable[[], datetime] = field(default=partial(datetime.now, UTC))
    resolver: dns.resolver.Resolver = field(default_factory=_resolver)
    open_resolvers: Mapping[str, str] = field(default_factory=PUBLIC.copy)
    port: int = 53
    cymru: bool = True
    roots: Path | None = None
    table: asn.Table = field(default_factory=asn.packaged)
    rdap: str = RDAP
    seconds: float = SECONDS
    patience: float = 10.0
    visit: float = 30.0
    reader: PublicReader = field(default_factory=lambda: PublicReader(longest=1024 * 1024))

    def answer(self, name: dns.name.Name | str, kind: str) -> dns.resolver.Answer | None:
        """The resolver's; None where there is no such name, or no resolver answers."""
        try:
            return self.resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except (dns.exception.DNSException, OSError):
            return None

    def resolve(self, name: str, kind: str) -> tuple[str, ...]:
        """Records as a reader's machine gets them; none where the name has none, or no resolver answers."""
        return tuple(sorted(str(record).rstrip(".") for record in self.answer(name, kind) or ()))

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
        """By Team Cymru first; by the packaged table where that does not answer."""
        return (asn.fresh(self.resolver, address) if self.cymru else None) or self.table.find(address)


def in_parallel(action: Callable[[In], Out], items: Iterable[In]) -> list[Out]:
    """Results in the order of the items; each item has a thread of its own."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(action, items))
