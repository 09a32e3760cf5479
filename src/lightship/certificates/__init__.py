"""A certificate for the page's name on every host before it is needed: ordered by ACME with a challenge in the page's zone
(RFC 8555, DNS-01), kept in a folder, renewed in time, and installed on each host by the operator's command."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lightship.certificates.order import CertificateError, new_private_key, obtain
from lightship.certificates.store import CertFolder, Certificate, State
from lightship.config import CertificateConfig
from lightship.config.environment import inherited
from lightship.core.site.receipt import wait
from lightship.zones import Zone

__all__ = ["CertFolder", "Certificate", "Outcome", "due", "install", "keep", "new_private_key", "pause"]

FIRST, LONGEST = timedelta(minutes=15), timedelta(hours=6)
"""Shortest and longest pause after an order that failed: Let's Encrypt allows five failed validations an hour."""
INSTALL_SECONDS = 120.0
"""For one place's command to end."""


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
    wanted: CertificateConfig, zone: Zone, folder: Path, now: datetime, *, by_hand: bool = False, force: bool = False
) -> Outcome | None:
    """Renew the certificate and install it at every place where that is due. None: another process does so now.

    `by_hand`: a person asks, so a failure a moment ago is no reason to wait. `force`: order a new one, due or not."""
    cert_folder = CertFolder(folder)
    with cert_folder.locked() as ours:
        if not ours:
            return None
        certificate, state, renewed = cert_folder.certificate(), cert_folder.state(), False
        if (force or due(certificate, wanted.names, now)) and (by_hand or now >= state.again_at):
            state = _renew(wanted, zone, cert_folder, now, state.failures + 1)
            certificate, renewed = cert_folder.certificate(), not state.reason
        elif not due(certificate, wanted.names, now) and state.reason:
            state = State()  # a person has put a good certificate there meanwhile
            cert_folder.remember(state)
        places = install(wanted.install, cert_folder, certificate, now, by_hand=by_hand) if certificate else {}
        return Outcome(certificate=certificate, renewed=renewed, reason=state.reason, places=places)


def _renew(wanted: CertificateConfig, zone: Zone, cert_folder: CertFolder, now: datetime, failures: int) -> State:
    # Written before the order: a process that is killed while ordering must not order again at once.
    failed = State(failures, now + pause(failures), "an order was broken off")
    cert_folder.remember(failed)
    try:
        cert_folder.put(obtain(wanted, zone, cert_folder))
        state = State()
    except CertificateError as error:
        state = replace(failed, reason=str(error))
    cert_folder.remember(state)
    return state


def install(
    commands: Mapping[str, Sequence[str]], folder: CertFolder, certificate: Certificate, now: datetime, *, by_hand: bool
) -> dict[str, str]:
    """Run the operator's command for each place that lacks this certificate: again after 1, 2, 4 … 60 minutes where it failed.
    The error by place, empty where it is installed."""
    records = {place: record for place, record in folder.installed().items() if place in commands}
    wanted = {place: [certificate.fingerprint, *commands[place]] for place in commands}
    waiting = [place for place in commands if _is_due(records.get(place), wanted[place], now, by_hand=by_hand)]
    with ThreadPoolExecutor(max(len(waiting), 1)) as pool:
        errors = pool.map(lambda place: _run(place, commands[place], folder, certificate), waiting)
        for place, error in zip(waiting, errors, strict=True):
            records[place] = _record(records.get(place), wanted[place], error, now)
            folder.note_installed(records)  # after each place, so that a kill loses no result
    return {place: records[place]["words"] for place in commands}


def _is_due(record: Any, wanted: Sequence[str], now: datetime, *, by_hand: bool) -> bool:
    if not record or record["wanted"] != wanted:
        return True
    return bool(record["words"]) and (by_hand or now >= datetime.fromisoformat(record["again_at"]))


def _record(before: Any, wanted: Sequence[str], error: str, now: datetime) -> dict[str, Any]:
    again = before is not None and before["wanted"] == wanted
    failures = (before["failures"] if again else 0) + 1 if error else 0
    again_at = now + timedelta(minutes=wait(failures))
    return {"wanted": wanted, "words": error, "failures": failures, "again_at": again_at.isoformat()}


def _run(place: str, command: Sequence[str], folder: CertFolder, certificate: Certificate) -> str:
    """The error, or nothing. Without a shell, so that each argument stays one argument."""
    names = ",".join(certificate.names)
    facts = {"fullchain": str(folder.chain), "privkey": str(folder.key), "names": names, "place": place}
    arguments = list(command)
    for key, value in facts.items():
        arguments = [argument.replace(f"{{{key}}}", value) for argument in arguments]
    env = inherited(**{f"LIGHTSHIP_{key.upper()}": value for key, value in facts.items()})
    try:
        # In a session of its own, so that its child processes end with it.
        child = subprocess.Popen(  # noqa: S603  the operator's own command
            arguments,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"{arguments[0]} cannot be run: {getattr(error, 'strerror', None) or error}"
    try:
        output, _ = child.communicate(timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return f"{arguments[0]} did not end within {INSTALL_SECONDS:g} s"
    if not child.returncode:
        return ""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return f"{arguments[0]} ended with status {child.returncode}{': ' + lines[-1][:300] if lines else ''}"
