"""Judge CAA: whether the authorities of the hosts' certificates may issue the next one (RFC 8659)."""

from collections.abc import Iterator

import dns.exception
import dns.name
import dns.rrset

from lightship.doctor.catalogue import CHECKS
from lightship.doctor.certificates import issuer
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.doctor.visits import Visit

AUTHORITIES = {
    "amazon": ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"),
    "buypass": ("buypass.com", "buypass.no"),
    "digicert": ("digicert.com", "geotrust.com", "rapidssl.com", "thawte.com"),
    "globalsign": ("globalsign.com",),
    "google": ("pki.goog",),
    "let's encrypt": ("letsencrypt.org",),
    "sectigo": ("sectigo.com", "comodoca.com", "trust-provider.com"),
    "ssl corp": ("ssl.com",),
    "zerossl": ("sectigo.com", "zerossl.com"),
}
"""A part of the issuer's name, in lower case -> the issuer domain names of its CAA records."""


def judge(name: str, visits: tuple[Visit, ...], environment: Environment) -> Iterator[Finding]:
    check, rrset = CHECKS["name.caa"], _nearest(name, environment)
    if rrset is None:
        yield check.ok(name, "anyone may issue")
        return
    owner = rrset.name.to_text(omit_final_dot=True)
    issue = [record.value.decode().partition(";")[0].strip().lower() for record in rrset if record.tag == b"issue"]
    if not issue:
        yield check.ok(name, f"{owner} restricts only wildcards, or reports")
        return
    allowed = set(issue) - {""}
    rule = f"{owner} allows {', '.join(sorted(allowed)) or 'nobody'}"
    for authority in sorted({issuer(visit.leaf) for visit in visits if visit.leaf and visit.target.name == name}):
        domains = next((domains for part, domains in AUTHORITIES.items() if part in authority.lower()), ())
        if domains or not allowed:
            bad = f"{rule}, and the certificate is by {authority}"
            yield check.fail_unless(not allowed.isdisjoint(domains), name, rule, bad)
        else:
            yield check.unchecked(name, f"{rule}; what {authority} is called there is not known")


def _nearest(name: str, environment: Environment) -> dns.rrset.RRset | None:
    """The record set of the name or, if it has none, of the nearest name above that has one."""
    owner = dns.name.from_text(name)
    while len(owner) > 1:
        try:
            return environment.resolver.resolve(owner, "CAA", search=False).rrset
        except (dns.exception.DNSException, OSError):
            owner = owner.parent()
    return None
