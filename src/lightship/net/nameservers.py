"""Ask the name servers of a zone themselves, past every cache."""

import contextlib

import dns.exception
import dns.message
import dns.query
import dns.resolver

SECONDS, LOOKUP_SECONDS = 3.0, 5.0


def authorities(name: str) -> list[tuple[str, int]]:
    """Address and port of each name server of the zone that holds the name. LookupError where none can be found."""
    try:
        zone = dns.resolver.zone_for_name(name, lifetime=LOOKUP_SECONDS)
        servers = [str(server.target) for server in dns.resolver.resolve(zone, "NS", lifetime=LOOKUP_SECONDS)]
    except dns.exception.DNSException as error:
        raise LookupError(f"the name servers of {name} cannot be found: {error}") from error
    addresses: list[tuple[str, int]] = []
    for server in servers:
        with contextlib.suppress(dns.exception.DNSException):
            answers = dns.resolver.resolve_name(server, lifetime=LOOKUP_SECONDS)
            addresses += [(str(address), 53) for address in answers.addresses()]
    if not addresses:
        raise LookupError(f"the name servers of {name} have no address: {', '.join(servers)}")
    return addresses


def ask(server: tuple[str, int], name: str, kind: str) -> dns.message.Message:
    """One server's own answer, over TCP. LookupError where none comes."""
    try:
        return dns.query.tcp(dns.message.make_query(name, kind, flags=0), server[0], SECONDS, server[1])
    except (dns.exception.DNSException, OSError) as error:
        raise LookupError(str(error)) from error
