"""A certificate for the page's name on every host before it is needed: ordered by ACME with a challenge in the page's zone
(RFC 8555, DNS-01), kept in a folder, renewed in time, and installed on each host by the operator's command."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lightship.certificates.order import PATIENCE, CertificateError, new_private_key, obtain
from lightship.certificates.places import install
from lightship.certificates.store import CertFolder, Certificate, State
from lightship.config import CertificateConfig
from lightship.zones import Zone

__all__ = ["CertFolder", "Certificate", "CertificateError", "Outcome", "due", "keep", "new_private_key", "pause"]

FIRST, LONGEST = timedelta(minutes=15), timedelta(hours=6)
"""Shortest and longest pause after a failure: Let's Encrypt allows five failed validations an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The certificate now. `reason`: why there is no newer one, where there should be. `places`: the error by place of
    installation, empty where the certificate is installed."""

    certificate: Certificate | None = None
    renewed: bool = False
    reason: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[str, ...]:
        """Every failure, for a person."""
        order = (f"No new certificate: {self.reason}",) if self.reason else ()
        return (*order, *(f"Not installed at {place}: {error}" for place, error in self.places.items() if error))

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"words": self.reason, "places": dict(self.places)}
        if certificate := self.certificate:
            facts |= {"names": list(certificate.names), "issuer": certificate.issuer, "fingerprint": certificate.fingerprint}
            facts |= {"since": certificate.since.isoformat(), "until": certificate.until.isoformat()}
        return facts


def due(certificate: Certificate | None, names: tuple[str, ...], now: datetime) -> str:
    """Why a new certificate is needed; empty if it is not."""
    if certificate is None:
        return "there is none"
    if set(certificate.names) != set(names):
        return "it is for other names"
    if now >= certificate.until - (certificate.until - certificate.since) / 3:
        return "less than a third of its time is left"
    return ""


def pause(failures: int) -> timedelta:
    """The pause after so many failures in a row."""
    return min(FIRST * (1 << min(failures - 1, 8)), LONGEST)


def keep(
    wanted: CertificateConfig,
    zone: Zone,
    folder: Path,
    now: datetime,
    *,
    by_hand: bool = False,
    force: bool = False,
    patience: float = PATIENCE,
) -> Outcome | None:
    """Renew the certificate and install it at every place where that is due. None: another process does so now.

    `by_hand`: a person asks, so a failure a moment ago is no reason to wait. `force`: order a new one, due or not.
    `patience`: seconds until all name servers must show a challenge."""
    cert_folder = CertFolder(folder)
    with cert_folder.locked() as ours:
        if not ours:
            return None
        certificate, state, renewed = cert_folder.certificate(), cert_folder.state(), False
        if (force or due(certificate, wanted.names, now)) and (by_hand or now >= state.again_at):
            state = _renew(wanted, zone, cert_folder, now, state.failures + 1, patience)
            certificate, renewed = cert_folder.certificate(), not state.reason
        elif not due(certificate, wanted.names, now) and state.reason:
            state = State()  # a person has put a good certificate there meanwhile
            cert_folder.remember(state)
        places = install(wanted.install, cert_folder, certificate, now, by_hand=by_hand) if certificate else {}
        return Outcome(certificate=certificate, renewed=renewed, reason=state.reason, places=places)


def _renew(
    wanted: CertificateConfig, zone: Zone, cert_folder: CertFolder, now: datetime, failures: int, patience: float
) -> State:
    # Written before the order: a process that is killed while ordering must not order again at once.
    failed = State(failures, now + pause(failures), "an order was broken off")
    cert_folder.remember(failed)
    try:
        cert_folder.put(obtain(wanted, zone, cert_folder, patience))
        state = State()
    except CertificateError as error:
        state = replace(failed, reason=str(error))
    cert_folder.remember(state)
    return state
