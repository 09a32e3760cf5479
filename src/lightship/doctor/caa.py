"""Judge CAA: whether the authorities of the hosts' certificates may issue the next one (RFC 8659)."""

from collections.abc import Iterator

import dns.name
import dns.rrset

from lightship.doctor.catalogue import CHECKS, PROVIDERS
from lightship.doctor.certificates import issuer
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.doctor.visits import Visit


def judge(name: str, visits: tuple[Visit, ...], environment: Environment) -> Iterator[Finding]:
    check, rrset = CHECKS["name.caa"], _nearest(name, environment)
    if rrset is None:
        yield check.ok(name, "anyone may issue")
        return
    owner = rrset.name.to_text(omit_final_dot=True)
    issue = [record.value.decode("utf-8", "replace") for record in rrset if record.tag == b"issue"]
    if not issue:
        yield check.ok(name, f"{owner} restricts only wildcards, or reports")
        return
    allowed = {value.partition(";")[0].strip().lower() for value in issue} - {""}
    rule = f"{owner} allows {', '.join(sorted(allowed)) or 'nobody'}"
    for authority in sorted({issuer(visit.leaf) for visit in visits if visit.leaf and visit.target.name == name}):
        known = PROVIDERS["authorities"].items()
        domains = next((domains for part, domains in known if part in authority.lower()), ())
        if domains or not allowed:
            bad = f"{rule}, and the certificate is by {authority}"
            yield check.fail_unless(not allowed.isdisjoint(domains), name, rule, bad)
        else:
            yield check.unchecked(name, f"{rule}; what {authority} is called there is not known")


def _nearest(name: str, environment: Environment) -> dns.rrset.RRset | None:
    """The record set of the name or, if it has none, of the nearest name above that has one."""
    owner = dns.name.from_text(name)
    while len(owner) > 1:
        answer = environment.answer(owner, "CAA")
        if answer and answer.rrset:
            return answer.rrset
        owner = owner.parent()
    return None
