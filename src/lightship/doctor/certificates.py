"""Judge the certificates: valid on every host before it is needed, and alike."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.visits import Visit

DAYS, LAST_DAYS = 21, 7


def judge(visits: tuple[Visit, ...], now: datetime) -> Iterator[Finding]:
    kinds: dict[str, list[str]] = {}
    for visit in visits:
        if leaf := visit.leaf:
            subject = str(visit.target)
            # The days left have a check of their own, by our clock: an expired certificate must not be two faults.
            distrust = "" if "expired" in visit.distrust else visit.distrust
            fine = f"for {', '.join(names(leaf))}, by {issuer(leaf)}"
            yield CHECKS["certificate.valid"].fail_unless(not distrust, subject, fine, f"{distrust} (it is {fine})")
            yield _days(subject, leaf, now)
            free = not _must_staple(leaf)
            yield CHECKS["certificate.staple"].warn_unless(free, subject, "not demanded", "it has must-staple")
            if visit.target.main:
                kinds.setdefault(_kind(leaf), []).append(visit.target.host)
    if kinds:
        evidence = "; ".join(f"{kind}: {', '.join(dict.fromkeys(hosts))}" for kind, hosts in kinds.items())
        yield CHECKS["certificate.kind"].warn_unless(len(kinds) == 1, "all hosts", evidence, evidence)


def _days(subject: str, leaf: x509.Certificate, now: datetime) -> Finding:
    check, days = CHECKS["certificate.days"], (leaf.not_valid_after_utc - now).days
    until = f"{leaf.not_valid_after_utc:%d %B %Y}"
    evidence = f"{days} days left, until {until}" if days >= 0 else f"expired on {until}"
    return (check.ok if days > DAYS else check.warn if days > LAST_DAYS else check.fail)(subject, evidence)


def names(leaf: x509.Certificate) -> list[str]:
    try:
        alternatives = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ["no name"]
    return [str(name.value) for name in alternatives]


def issuer(leaf: x509.Certificate) -> str:
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if attributes := leaf.issuer.get_attributes_for_oid(oid):
            return str(attributes[0].value)
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
