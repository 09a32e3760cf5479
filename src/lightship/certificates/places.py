"""Run the operator's command for each place that is to have the certificate, again and again until it succeeds."""

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
    shelf: CertFolder,
    held: Certificate,
    now: datetime,
    *,
    by_hand: bool = False,
    seconds: float = SECONDS,
) -> dict[str, str]:
    """By place, in words, what went wrong; empty where it has this certificate. Only places that have it not are asked."""
    known = {place: told for place, told in shelf.installed().items() if place in commands}
    wanted = {place: [held.fingerprint, *commands[place]] for place in commands}
    waiting = [place for place in commands if _is_due(known.get(place), wanted[place], now, by_hand=by_hand)]
    with ThreadPoolExecutor(max(len(waiting), 1)) as pool:
        found = pool.map(lambda place: _run(place, commands[place], shelf, held, seconds), waiting)
        for place, words in zip(waiting, found, strict=True):
            known[place] = _noted(known.get(place), wanted[place], words, now)
            shelf.note_installed(known)  # after each: a kill forgets no other
    return {place: known[place]["words"] for place in commands}


def _is_due(told: Any, wanted: Sequence[str], now: datetime, *, by_hand: bool) -> bool:
    if not told or told["wanted"] != wanted:
        return True
    return bool(told["words"]) and (by_hand or now >= datetime.fromisoformat(told["again_at"]))


def _noted(before: Any, wanted: Sequence[str], words: str, now: datetime) -> dict[str, Any]:
    again = before is not None and before["wanted"] == wanted
    failures = (before["failures"] if again else 0) + 1 if words else 0
    wait = min(timedelta(minutes=1) * 2 ** min(max(failures - 1, 0), 6), LONGEST)
    return {"wanted": wanted, "words": words, "failures": failures, "again_at": (now + wait).isoformat()}


def _run(place: str, command: Sequence[str], shelf: CertFolder, held: Certificate, seconds: float) -> str:
    """What went wrong, in words. No shell: what is in a word stays in it."""
    facts = {"fullchain": str(shelf.chain), "privkey": str(shelf.key), "names": ",".join(held.names), "place": place}
    words = list(command)
    for key, value in facts.items():
        words = [word.replace(f"{{{key}}}", value) for word in words]
    env = inherited(**{f"LIGHTSHIP_{key.upper()}": value for key, value in facts.items()})
    try:
        # In a session of its own: what it started ends with it.
        child = subprocess.Popen(  # noqa: S603  the operator's own command
            words,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"{words[0]} cannot be run: {getattr(error, 'strerror', None) or error}"
    try:
        said, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return f"{words[0]} did not end within {seconds:g} s"
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return (
        f"{words[0]} ended with status {child.returncode}{': ' + lines[-1][:300] if lines else ''}" if child.returncode else ""
    )
