"""A certificate for the page's name on every host before it is needed: had by ACME with a challenge in the page's own zone
(RFC 8555, DNS-01), kept in a folder, renewed in time, and put on each host by a command of the operator's choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lightship.certificates.order import PATIENCE, CertificateError, new_account, obtain
from lightship.certificates.places import install
from lightship.certificates.store import CertFolder, Certificate, State
from lightship.config import CertificateConfig
from lightship.zones import Zone

__all__ = ["CertFolder", "Certificate", "CertificateError", "Outcome", "due", "keep", "new_account", "pause"]

FIRST, LONGEST = timedelta(minutes=15), timedelta(hours=6)
"""How long to leave an authority alone after a failure: Let's Encrypt takes five failed validations an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What there is now. `words`: why there is no newer one, where there should be. `places`: by place of installation, in
    words, what went wrong with it; empty where it has the certificate."""

    held: Certificate | None = None
    renewed: bool = False
    reason: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[str, ...]:
        """All that stands in the way, in words."""
        order = (f"No new certificate: {self.reason}",) if self.reason else ()
        return (*order, *(f"Not installed at {place}: {words}" for place, words in self.places.items() if words))

    @property
    def facts(self) -> dict[str, Any]:
        told: dict[str, Any] = {"words": self.reason, "places": dict(self.places)}
        if held := self.held:
            told |= {"names": list(held.names), "issuer": held.issuer, "fingerprint": held.fingerprint}
            told |= {"since": held.since.isoformat(), "until": held.until.isoformat()}
        return told


def due(held: Certificate | None, names: tuple[str, ...], now: datetime) -> str:
    """Why a new one is to be had; empty where none is."""
    if held is None:
        return "there is none"
    if set(held.names) != set(names):
        return "it is for other names"
    if now >= held.until - (held.until - held.since) / 3:
        return "less than a third of its time is left"
    return ""


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
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
    """A certificate that has time left, and every place with it; nothing is done where nothing is due. None: another process
    is at it. `by_hand`: a person asks, so what failed a moment ago is tried again. `force`: a new one, due or not.
    `patience`: seconds until all name servers must show a challenge."""
    shelf = CertFolder(folder)
    with shelf.locked() as ours:
        if not ours:
            return None
        held, state, renewed = shelf.held(), shelf.state(), False
        if (force or due(held, wanted.names, now)) and (by_hand or now >= state.again_at):
            held, state = _renewed(wanted, zone, shelf, now, held, state, patience)
            renewed = not state.reason
        elif not due(held, wanted.names, now) and state.reason:
            state = State()  # a person has mended it meanwhile
            shelf.remember(state)
        places = install(wanted.install, shelf, held, now, by_hand=by_hand) if held else {}
        return Outcome(held=held, renewed=renewed, reason=state.reason, places=places)


def _renewed(
    wanted: CertificateConfig,
    zone: Zone,
    shelf: CertFolder,
    now: datetime,
    held: Certificate | None,
    state: State,
    patience: float,
) -> tuple[Certificate | None, State]:
    # Before it is tried: whoever is killed while ordering must not order at once again, and again.
    failures = state.failures + 1
    shelf.remember(State(failures, now + pause(failures), "an order was broken off"))
    try:
        made = obtain(wanted, zone, shelf, patience)
    except CertificateError as error:
        state = State(failures, now + pause(failures), str(error))
        shelf.remember(state)
        return held, state
    shelf.put(made)
    shelf.remember(State())
    return made, State()
