"""Judge CAA: whether the authorities of the hosts' certificates may issue the next one (RFC 8659)."""

from collections.abc import Iterator

import dns.exception
import dns.name
import dns.resolver
import dns.rrset

from lightship.doctor.catalogue import say
from lightship.doctor.certificates import issuer
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.doctor.visits import Shown

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
"""What is in the issuer's name -> what it answers to in CAA records."""


def judge(name: str, shown: tuple[Shown, ...], world: Environment) -> Iterator[Finding]:
    check = say("name.caa")
    rrset = nearest(name, world)
    if rrset is None:
        yield check.ok(name, "anyone may issue")
        return
    allowed = {item.value.decode().partition(";")[0].strip().lower() for item in rrset if item.tag == b"issue"}
    where = rrset.name.to_text(omit_final_dot=True)
    told = f"{where} allows {', '.join(sorted(allowed - {''})) or 'nobody'}"
    if not any(item.tag == b"issue" for item in rrset):
        yield check.ok(name, f"{where} restricts only wildcards, or reports")
        return
    for authority in sorted({issuer(each.leaf) for each in shown if each.leaf and each.door.name == name}):
        known = next((names for part, names in AUTHORITIES.items() if part in authority.lower()), ())
        if known or allowed == {""}:
            yield check.when(bool(allowed & set(known)), name, told, f"{told}, and the certificate is by {authority}")
        else:
            yield check.unchecked(name, f"{told}; what {authority} is called there is not known")


def nearest(name: str, world: Environment) -> dns.rrset.RRset | None:
    """The record set of the name or, if it has none, of the next name above it that has."""
    here = dns.name.from_text(name)
    while len(here) > 1:
        try:
            return world.resolver.resolve(here, "CAA", search=False).rrset
        except (dns.exception.DNSException, OSError):
            here = here.parent()
    return None
