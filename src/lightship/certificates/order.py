"""One order at an ACME authority (RFC 8555): put the challenge into the page's zone, and remove it again."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

import dns.rdatatype
import requests
from acme import challenges, client, errors, messages
from acme.crypto_util import make_csr
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from lightship.certificates.store import CertFolder, Certificate
from lightship.config import CertificateConfig
from lightship.core.address import host_and_port
from lightship.net.nameservers import ask, authorities
from lightship.zones import Conflict, Zone, ZoneError

LABEL = ("_acme-challenge", "TXT")
PATIENCE = 180.0
"""Seconds until every name server must show a challenge: providers take up to two minutes."""
ORDER_WITHIN = timedelta(minutes=5)
NONCES = 8


class CertificateError(Exception):
    """The order failed. The message is for an operator."""


def new_private_key() -> str:
    """A new private key, of an account or a certificate: PEM, P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def obtain(wanted: CertificateConfig, zone: Zone, folder: CertFolder) -> Certificate:
    """A new certificate with a new key."""
    key = new_private_key().encode()
    csr = make_csr(key, list(wanted.names))
    if not zone.holds_txt:
        raise CertificateError("a zone of this kind holds no TXT, and so no challenge: put the name into one of another kind")
    with _explained(wanted.directory):
        authority = _authority(wanted)
        _clean(zone, folder)  # challenges that a killed process left
        order = authority.new_order(csr)
        waiting = [authz for authz in order.authorizations if authz.body.status != messages.STATUS_VALID]
        asked = [(authz.body.identifier.value, _dns01(authz)) for authz in waiting]
        proofs = [(name, challenge.chall.validation(authority.net.key)) for name, challenge in asked]
        try:
            _show(zone, folder, proofs, wanted.nameservers)
            for _, challenge in asked:
                authority.answer_challenge(challenge, challenge.chall.response(authority.net.key))
            until = datetime.now() + ORDER_WITHIN  # noqa: DTZ005  the library compares with its own local time
            chain = authority.poll_and_finalize(order, until).fullchain_pem
        finally:
            # A challenge that cannot be removed now is on record, and removed before the next order.
            with contextlib.suppress(ZoneError):
                _clean(zone, folder)
    return Certificate(chain.encode(), key)


class _Network(client.ClientNetwork):
    """Repeats a request up to NONCES times after badNonce; the library does so once."""

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        for _ in range(NONCES):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(*args, **kwargs)


def _authority(wanted: CertificateConfig) -> client.ClientV2:
    """An ACME authority, at which there is an account now."""
    key = JWKEC(key=_account(wanted.account))
    # The library passes `verify_ssl` to requests, which accepts a path too.
    trust: Any = str(wanted.ca) if wanted.ca else True
    net = _Network(key, alg=ES256, verify_ssl=trust, user_agent="Lightship", timeout=20)
    acme = client.ClientV2(client.ClientV2.get_directory(wanted.directory, net), net)
    if acme.external_account_required():
        raise CertificateError(f"{wanted.directory} wants an external account binding, which is not supported: take another")
    registration = messages.NewRegistration.from_data(email=wanted.email or None, terms_of_service_agreed=True)
    try:
        acme.new_account(registration)
    except errors.ConflictError as known:
        net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
    return acme


def _dns01(authz: messages.AuthorizationResource) -> Any:
    for challenge in authz.body.challenges:
        if isinstance(challenge.chall, challenges.DNS01):
            return challenge
    raise CertificateError(f"the authority offers no challenge in the DNS for {authz.body.identifier.value}")


def _account(pem: str) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise CertificateError(f"`account` is no private key in PEM: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateError("`account` should be a P-256 key: `openssl ecparam -name prime256v1 -genkey -noout` makes one")
    return key


def _show(zone: Zone, folder: CertFolder, proofs: Sequence[tuple[str, str]], nameservers: Sequence[str]) -> None:
    """Put the challenges into the zone, and wait until all its name servers serve them: one that does not fails the order."""
    folder.note_challenges(proofs)
    for name, value in proofs:
        _change(zone, name, add={value})
    until = time.monotonic() + PATIENCE
    for name, value in proofs:
        servers = [host_and_port(text) for text in nameservers] or _reached(name)
        while silent := [place for place in servers if value.encode() not in (_challenges(place, name) or ())]:
            if time.monotonic() > until:
                places = ", ".join(f"{address}:{port}" for address, port in silent)
                raise CertificateError(f"the challenge for {name} was put into the zone, but does not show at {places}")
            time.sleep(0.5)


def _clean(zone: Zone, folder: CertFolder) -> None:
    left = list(folder.challenges())
    for name, value in tuple(left):
        _change(zone, name, remove={value})
        left.remove((name, value))
        folder.note_challenges(left)


def _change(zone: Zone, name: str, *, add: Set[str] = frozenset(), remove: Set[str] = frozenset()) -> None:
    """Add or remove only our own values: another machine may have an order under way."""
    for _ in range(5):
        current = zone.read(name, [LABEL])[LABEL]
        wanted = (current | add) - remove
        if wanted == current:
            return
        with contextlib.suppress(Conflict):
            zone.set_records(name, {LABEL: wanted}, expecting={LABEL: current})
            return
    raise ZoneError(f"the set _acme-challenge.{name} changes all the time: what else writes there?")


def _reached(name: str) -> list[tuple[str, int]]:
    """The name servers of the zone that answer from here. Some may have an address family that this machine lacks, and one
    may be dead; the authority asks the others as well."""
    try:
        servers = authorities(name)
    except LookupError as error:
        raise CertificateError(f"{error}; tell them in `nameservers`") from error
    reached = [place for place in servers if _challenges(place, name) is not None]
    if not reached:
        raise CertificateError(f"no name server of {name} answers from here: {', '.join(place[0] for place in servers)}")
    return reached


def _challenges(place: tuple[str, int], name: str) -> set[bytes] | None:
    """The values that a name server has; None if it does not answer."""
    try:
        answer = ask(place, f"{LABEL[0]}.{name}", "TXT")
    except LookupError:
        return None
    return {b"".join(rdata.strings) for rrset in answer.answer if rrset.rdtype == dns.rdatatype.TXT for rdata in rrset}


@contextlib.contextmanager
def _explained(directory: str) -> Iterator[None]:
    try:
        yield
    except CertificateError:
        raise
    except ZoneError as error:
        raise CertificateError(f"the challenge cannot be put into the zone: {error}") from error
    except errors.ValidationError as error:
        refusals = "; ".join(_refusal(authz) for authz in error.failed_authzrs)
        raise CertificateError(f"{directory} does not accept the proof: {refusals}") from error
    except messages.Error as error:
        advice = _ADVICE.get(error.code or "", "")
        raise CertificateError(f"{directory} refuses: {error.detail or error.description or error.typ}{advice}") from error
    except errors.IssuanceError as error:
        raise CertificateError(f"{directory} does not issue it: {error.error.detail}") from error
    except errors.TimeoutError as error:
        raise CertificateError(f"{directory} did not finish within {ORDER_WITHIN.seconds // 60} minutes") from error
    except (errors.Error, requests.RequestException, JoseError, OSError, ValueError, KeyError) as error:
        raise CertificateError(f"{directory} cannot be reached, or is no ACME directory: {_cause(error)}") from error


_ADVICE: Mapping[str, str] = {
    "caa": ": let it issue in the CAA record of the name or of one above it",
    "rateLimited": ": too many orders or failures; it is tried again later",
    "unauthorized": ": is `account` the key of an account that it has closed?",
}


def _refusal(authz: messages.AuthorizationResource) -> str:
    details = [str(challenge.error.detail) for challenge in authz.body.challenges if challenge.error is not None]
    return f"{authz.body.identifier.value}: {' '.join(details)}"


def _cause(error: BaseException) -> str:
    while isinstance(inner := getattr(error, "reason", None) or (error.args[0] if error.args else None), BaseException):
        error = inner
    return f"{str(error).split(': ', 1)[-1]}" or type(error).__name__
