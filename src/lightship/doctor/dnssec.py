"""Judge DNSSEC: keys, their DS with the parent, and how long the signatures last."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset

from lightship.doctor.catalogue import say
from lightship.doctor.finding import Finding
from lightship.doctor.servers import Delegation, View

LEFT = timedelta(days=3)
SIGNED = ("SOA", "DNSKEY", "A", "AAAA")


def judge(found: Delegation, now: datetime) -> Iterator[Finding]:
    check = say("name.dnssec")
    for view in found.answering:
        keys, subject = view.sets.get("DNSKEY"), str(view.server)
        if keys is None:
            bad = "the parent has a DS, but the zone has no key: nobody who validates can read it"
            yield check.when(found.ds is None, subject, "not signed", bad)
            continue
        faults = [*_delegated(found, keys), *_signatures(view, keys, found.apex, now)]
        yield check.when(not faults, subject, f"signed for {_left(view, now)} more", "; ".join(faults))


def _delegated(found: Delegation, keys: dns.rrset.RRset) -> Iterator[str]:
    if found.ds is None:
        return
    apex = dns.name.from_text(found.apex)
    ours = {dns.dnssec.make_ds(apex, key, ds.digest_type).to_text() for key in keys for ds in found.ds}
    if not any(ds.to_text() in ours for ds in found.ds):
        yield "the parent's DS matches none of its keys"


def _signatures(view: View, keys: dns.rrset.RRset, apex: str, now: datetime) -> Iterator[str]:
    for kind in SIGNED:
        if kind not in view.sets:
            continue
        if kind not in view.signatures:
            yield f"{kind} is not signed"
        elif not valid(view.sets[kind], view.signatures[kind], keys, apex, now):
            yield f"the signature of {kind} is not valid"
        elif _ends(view.signatures[kind]) - now <= LEFT:
            yield f"the signature of {kind} ends {_ends(view.signatures[kind]):%d %B, %H:%M UTC}"


def valid(rrset: dns.rrset.RRset, signature: dns.rrset.RRset, keys: dns.rrset.RRset, apex: str, now: datetime) -> bool:
    try:
        dns.dnssec.validate(rrset, signature, {dns.name.from_text(apex): keys}, now=now.timestamp())
    except dns.exception.DNSException:
        return False
    return True


def _ends(signatures: dns.rrset.RRset) -> datetime:
    return datetime.fromtimestamp(max(item.expiration for item in signatures), UTC)


def _left(view: View, now: datetime) -> str:
    left = min((_ends(view.signatures[kind]) for kind in SIGNED if kind in view.signatures), default=now) - now
    return f"{left.days} days" if left.days > 1 else f"{left.total_seconds() / 3600:.0f} h"
