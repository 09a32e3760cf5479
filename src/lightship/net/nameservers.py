"""Ask the name servers of a zone themselves, past every cache."""

import contextlib

import dns.exception
import dns.message
import dns.query
import dns.resolver

SECONDS, LOOKUP_SECONDS = 3.0, 5.0


def authorities(name: str) -> list[tuple[str, int]]:
    """Address and port of each name server of the zone that holds the name. LookupError, in words, where none can be found."""
    try:
        zone = dns.resolver.zone_for_name(name, lifetime=LOOKUP_SECONDS)
        servers = [str(server.target) for server in dns.resolver.resolve(zone, "NS", lifetime=LOOKUP_SECONDS)]
    except dns.exception.DNSException as error:
        raise LookupError(f"the name servers of {name} cannot be found: {error}") from error
    places = []
    for server in servers:
        with contextlib.suppress(dns.exception.DNSException):
            places += [(str(address), 53) for address in dns.resolver.resolve_name(server, lifetime=LOOKUP_SECONDS).addresses()]
    if not places:
        raise LookupError(f"the name servers of {name} have no address: {', '.join(servers)}")
    return places


def ask(place: tuple[str, int], name: str, kind: str) -> dns.message.Message:
    """One server's own answer, over TCP. LookupError, in words, where none comes."""
    try:
        return dns.query.tcp(dns.message.make_query(name, kind, flags=0), place[0], timeout=SECONDS, port=place[1])
    except (dns.exception.DNSException, OSError) as error:
        raise LookupError(str(error)) from error
