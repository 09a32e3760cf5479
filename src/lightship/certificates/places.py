"""Run the operator's command for each place of the certificate, and retry until it succeeds."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from lightship.certificates.store import CertFolder, Certificate
from lightship.config.environment import inherited

SECONDS = 120
LONGEST = timedelta(hours=1)


def install(
    commands: Mapping[str, Sequence[str]],
    folder: CertFolder,
    certificate: Certificate,
    now: datetime,
    *,
    by_hand: bool = False,
    seconds: float = SECONDS,
) -> dict[str, str]:
    """The error by place, empty where this certificate is installed. Only places that lack it are run."""
    records = {place: record for place, record in folder.installed().items() if place in commands}
    wanted = {place: [certificate.fingerprint, *commands[place]] for place in commands}
    waiting = [place for place in commands if _is_due(records.get(place), wanted[place], now, by_hand=by_hand)]
    with ThreadPoolExecutor(max(len(waiting), 1)) as pool:
        errors = pool.map(lambda place: _run(place, commands[place], folder, certificate, seconds), waiting)
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
    wait = min(timedelta(minutes=1) * 2 ** min(max(failures - 1, 0), 6), LONGEST)
    return {"wanted": wanted, "words": error, "failures": failures, "again_at": (now + wait).isoformat()}


def _run(place: str, command: Sequence[str], folder: CertFolder, certificate: Certificate, seconds: float) -> str:
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
        output, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return f"{arguments[0]} did not end within {seconds:g} s"
    if not child.returncode:
        return ""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return f"{arguments[0]} ended with status {child.returncode}{': ' + lines[-1][:300] if lines else ''}"
