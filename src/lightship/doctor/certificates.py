"""Judge the certificates: valid on every host before it is needed, and alike."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from lightship.doctor.catalogue import say
from lightship.doctor.finding import Finding
from lightship.doctor.visits import Shown

DAYS, LAST_DAYS = 21, 7


def judge(shown: tuple[Shown, ...], now: datetime) -> Iterator[Finding]:
    behind = [(each, each.leaf) for each in shown if each.leaf]
    kinds: dict[str, list[str]] = {}
    for each, leaf in behind:
        subject, days = str(each.door), (leaf.not_valid_after_utc - now).days
        # Time is told by the next check, by our own clock; said twice it would be two faults.
        distrust = "" if "expired" in each.distrust else each.distrust
        fine = f"for {', '.join(names(leaf))}, by {issuer(leaf)}"
        yield say("certificate.valid").when(not distrust, subject, fine, f"{distrust} (it is {fine})")
        yield _days(subject, days, leaf)
        yield say("certificate.staple").rather(not _must_staple(leaf), subject, "not demanded", "it has must-staple")
        if each.door.main:
            kinds.setdefault(_kind(leaf), []).append(each.door.host)
    if kinds:
        told = "; ".join(f"{kind}: {', '.join(dict.fromkeys(hosts))}" for kind, hosts in kinds.items())
        yield say("certificate.kind").rather(len(kinds) == 1, "all hosts", told, told)


def _days(subject: str, days: int, leaf: x509.Certificate) -> Finding:
    check, until = say("certificate.days"), f"{leaf.not_valid_after_utc:%d %B %Y}"
    words = f"{days} days left, until {until}" if days >= 0 else f"expired on {until}"
    if days > DAYS:
        return check.ok(subject, words)
    return check.warn(subject, words) if days > LAST_DAYS else check.fail(subject, words)


def names(leaf: x509.Certificate) -> list[str]:
    try:
        said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ["no name"]
    return [str(each.value) for each in said]


def issuer(leaf: x509.Certificate) -> str:
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        found = leaf.issuer.get_attributes_for_oid(oid)
        if found:
            return str(found[0].value)
    return leaf.issuer.rfc4514_string() or "nobody"


def _kind(leaf: x509.Certificate) -> str:
    key = leaf.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {key.curve.name}"
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA"
    return "Ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else type(key).__name__


def _must_staple(leaf: x509.Certificate) -> bool:
    try:
        features = leaf.extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False
    return x509.TLSFeatureType.status_request in features
