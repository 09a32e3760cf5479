"""The vault: the cost of one new row among a hundred thousand, beside encrypting the whole database again with age."""

import asyncio
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pyrage import encrypt, x25519  # type: ignore[import-untyped]

from bench.desk import new_desk, set_up, utc_now
from lightship import vault
from lightship.config import Config, load
from lightship.hosts import find
from lightship.vault import Copy
from lightship.vault.keeping import keep

T = TypeVar("T")
ROWS = 100_000


def main() -> None:
    rows = 10_000 if "--quick" in sys.argv else ROWS
    key, recipient = vault.new_key()
    with tempfile.TemporaryDirectory() as folder:
        desk = new_desk(Path(folder) / "desk", ("a",))
        desk.config.write_text(f'[vault]\nrecovery = ["{recipient}"]\n{desk.config.read_text()}')
        set_up(desk)
        _fill(rows)
        config = load(desk.config, {}, {"hosts": find})
        first, first_seconds = _timed(lambda: _keep(config))
        _report(f"first copy of {rows:,} rows", first, first_seconds)
        idle, idle_seconds = _timed(lambda: _keep(config))
        _report("nothing new", idle, idle_seconds)
        _one_more()
        one, one_seconds = _timed(lambda: _keep(config))
        _report("one new row", one, one_seconds)
        whole, whole_seconds = _timed(lambda: _whole(desk.home / "desk.sqlite3", recipient))
        print(f"  {'the whole database, age alone':32} {whole:>12,} bytes   {whole_seconds:6.2f} s")
        print(f"  one new row sends 1/{whole / max(one.sent, 1):,.0f} of what the whole database would")
        _, back_seconds = _timed(lambda: _restored(desk.home, key))
        print(f"  restore of {rows:,} rows into SQLite, with the command: {back_seconds:.1f} s")


def _fill(rows: int) -> None:
    from lightship.core.model import Status
    from lightship.store import journal
    from lightship.store.models import Page, Update, Wording

    page, now = Page.objects.get(), utc_now()
    incident = journal.open_incident(
        page,
        journal.NewIncident(name="Moving", update=journal.NewUpdate(status=Status.INVESTIGATING, body="We look.")),
        None,
        now,
    )
    updates = [
        Update(incident=incident, status="identified", created_at=now, updated_at=now, display_at=now) for _ in range(rows // 2)
    ]
    Update.objects.bulk_create(updates, 2000)
    wordings = (
        f"Server {n} of {rows} is moved; {n * 7919 % 1000} mailboxes wait. Sign-in works from the office."
        for n in range(rows // 2)
    )
    Wording.objects.bulk_create([Wording(update=u, at=now, body=body) for u, body in zip(updates, wordings, strict=True)], 2000)


def _one_more() -> None:
    from lightship.store.models import Update, Wording

    Wording.objects.create(update=Update.objects.order_by("pk")[5], at=utc_now(), body="One more wording.")


def _keep(config: Config) -> Copy:
    from lightship.store.backup import parts
    from lightship.worker.jobs.vault import copy_targets

    (copy,) = asyncio.run(keep(parts(config), copy_targets(config), config.vault.recovery, utc_now()))
    if copy.reason:
        raise SystemExit(copy.reason)
    return copy


def _whole(database: Path, recipient: str) -> int:
    """Bytes that a cron job with `age` would send: the compressed file, encrypted."""
    return len(encrypt(zlib.compress(database.read_bytes()), [x25519.Recipient.from_str(recipient)]))


def _restored(home: Path, key: str) -> None:
    import os
    import subprocess

    bare = home.parent / "bare"
    bare.mkdir()
    (bare / "key").write_text(key)
    command: list[Any] = [
        sys.executable,
        "-m",
        "lightship.cli",
        "restore",
        "--key",
        "key",
        "--vault",
        home / "hosts" / "a.vault",
    ]
    subprocess.run(command, cwd=bare, check=True, capture_output=True, env=dict(os.environ))


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = act()
    return result, time.perf_counter() - started


def _report(what: str, copy: Copy, seconds: float) -> None:
    print(f"  {what:32} {copy.sent:>12,} bytes   {seconds:6.2f} s   {copy.put} of {copy.parts} parts sent")
