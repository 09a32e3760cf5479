"""Judge DNSSEC: keys, their DS with the parent, and how long the signatures last."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.exception
import dns.name
import dns.rrset

from lightship.doctor.catalogue import CHECKS
from lightship.doctor.finding import Finding
from lightship.doctor.servers import Delegation, ZoneCopy

LEFT = timedelta(days=3)
SIGNED = ("SOA", "DNSKEY", "A", "AAAA")


def judge(delegation: Delegation, now: datetime) -> Iterator[Finding]:
    check = CHECKS["name.dnssec"]
    for copy in delegation.answering:
        keys, subject = copy.sets.get("DNSKEY"), str(copy.server)
        if keys is None:
            bad = "the parent has a DS, but the zone has no key: nobody who validates can read it"
            yield check.fail_unless(delegation.ds is None, subject, "not signed", bad)
            continue
        faults = [*_delegated(delegation, keys), *_signatures(copy, keys, delegation.apex, now)]
        yield check.fail_unless(not faults, subject, f"signed for {_left(copy, now)} more", "; ".join(faults))


def _delegated(delegation: Delegation, keys: dns.rrset.RRset) -> Iterator[str]:
    if delegation.ds is None:
        return
    apex = dns.name.from_text(delegation.apex)
    ours = {dns.dnssec.make_ds(apex, key, ds.digest_type).to_text() for key in keys for ds in delegation.ds}
    if not any(ds.to_text() in ours for ds in delegation.ds):
        yield "the parent's DS matches none of its keys"


def _signatures(copy: ZoneCopy, keys: dns.rrset.RRset, apex: str, now: datetime) -> Iterator[str]:
    for kind in SIGNED:
        if kind not in copy.sets:
            continue
        if kind not in copy.signatures:
            yield f"{kind} is not signed"
        elif not valid(copy.sets[kind], copy.signatures[kind], keys, apex, now):
            yield f"the signature of {kind} is not valid"
        elif (ends := _ends(copy.signatures[kind])) - now <= LEFT:
            yield f"the signature of {kind} ends {ends:%d %B, %H:%M UTC}"


def valid(rrset: dns.rrset.RRset, signature: dns.rrset.RRset, keys: dns.rrset.RRset, apex: str, now: datetime) -> bool:
    try:
        dns.dnssec.validate(rrset, signature, {dns.name.from_text(apex): keys}, now=now.timestamp())
    except dns.exception.DNSException:
        return False
    return True


def _ends(signatures: dns.rrset.RRset) -> datetime:
    return datetime.fromtimestamp(max(signature.expiration for signature in signatures), UTC)


def _left(copy: ZoneCopy, now: datetime) -> str:
    left = min((_ends(copy.signatures[kind]) for kind in SIGNED if kind in copy.signatures), default=now) - now
    return f"{left.days} days" if left.days > 1 else f"{left.total_seconds() / 3600:.0f} h"
