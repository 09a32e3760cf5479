"""Desks and vaults that an older Lightship wrote are opened, and their rows are filled in where that can be told."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from tests.django_settings import CONFIG
from tests.store.desk import DOWN, MINUTE, NOW, SLOW, new_desk

from lightship.core.model import Status
from lightship.restore import RestoreError, rows
from lightship.store.backup import OLD_NAMES, parts
from lightship.store.models import Entry, Page, StatusChange, Wording
from lightship.vault import Part

FIRST = ["0001_initial", "0002_report", "0003_heard", "0004_wordings_by_time"]
THEN = ["0005_update_of_an_entry", "0006_levels_that_outlast", "0007_plain_names"]
SQUASHED = ["0001_tables", "0002_entry_update_and_ends"]


def posts() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.says(incident, "It is slow.", at=NOW + MINUTE, statuses={desk.panel.pk: SLOW})
    desk.says(incident, "It is slow, I said.", at=NOW + MINUTE)
    desk.says(incident, "Nearly.", Status.RESOLVED, NOW + 2 * MINUTE, {desk.webmail.pk: SLOW})


def record(names: Sequence[str]) -> None:
    """As if these had been applied, and no others."""
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="desk").delete()
    for name in names:
        recorder.record_applied("desk", name)


def every() -> list[str]:
    return [name for app, name in MigrationLoader(connection).disk_migrations if app == "desk"]


def check_filled_in() -> None:
    """Two updates of one minute: which of the entries is whose cannot be told."""
    entries = Entry.objects.filter(incident__isnull=False).order_by("revision")
    assert [entry.update and entry.update.status for entry in entries] == ["investigating", None, None, "resolved"]
    changes = list(StatusChange.objects.order_by("pk").values_list("component__name", "new", "ends"))
    assert changes[:2] == [("Webmail", DOWN, False), ("Control panel", SLOW, False)]
    assert all(change.ends for change in StatusChange.objects.filter(update__status="resolved"))
    assert Wording.objects.count() == 4


def test_an_older_desks_rows_are_filled_in() -> None:
    posts()
    MigrationExecutor(connection).migrate([("desk", SQUASHED[0])])
    record(FIRST)
    rows.make_tables((), "", NOW, print)
    check_filled_in()
    applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "desk"}
    assert applied == {*FIRST, *THEN, *every()}


def test_a_desk_that_has_them_all_under_their_old_names_is_left_as_it_is() -> None:
    posts()
    MigrationExecutor(connection).migrate([("desk", SQUASHED[1])])
    Entry.objects.update(update=None)
    record([*FIRST, *THEN])
    rows.make_tables((), "", NOW, print)
    assert Entry.objects.exclude(update=None).count() == 0


@pytest.mark.parametrize(("has", "replacing"), [(FIRST[:2], SQUASHED[0]), ([*FIRST, THEN[0]], SQUASHED[1])])
def test_a_desk_between_two_versions_is_refused(has: list[str], replacing: str) -> None:
    record(has)
    try:
        with pytest.raises(RestoreError, match=f"only some of the migrations that {replacing} replaces"):
            rows.make_tables((), "", NOW, print)
    finally:
        record(every())


def test_the_models_have_no_change_that_no_migration_makes() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.skipif("postgres" in CONFIG.desk.database.engine, reason="a restore is into an empty database")
@pytest.mark.parametrize("last", [FIRST[-1], THEN[-1]])
def test_the_vault_of_an_older_desk_is_restored(last: str, database: Path) -> None:
    posts()
    Page.objects.update(vector={"7": 3})
    head, *written = parts(CONFIG)
    migrations = dict(json.loads(head.body)["migrations"]) | {"desk": last}
    database.unlink()
    target = SQUASHED[0] if last == FIRST[-1] else SQUASHED[1]
    counts = rows.rows_in(migrations.items(), as_written_at(target, written))
    assert (counts["desk.Wording"], Page.objects.get().vector) == (4, {"7": 3})
    if last == FIRST[-1]:
        check_filled_in()


def as_written_at(migration: str, written: Sequence[Part]) -> Iterator[Part]:
    """The tables and columns that a desk had then, the first ones under their names of then."""
    former = {new: old for old, new in OLD_NAMES.items()} if migration == SQUASHED[0] else {}
    then = MigrationLoader(connection).project_state(("desk", migration)).models
    for part in written:
        label, table = part.label, json.loads(part.body)
        model = then.get(("desk", label.partition(".")[2].lower()))
        if label.startswith("desk.") and model is None:
            continue
        names = [name for name in table["fields"] if model is None or name in model.fields]
        chosen = [table["fields"].index(name) for name in names]
        table = {
            "fields": [former.get(name, name) for name in names],
            "rows": [[row[n] for n in chosen] for row in table["rows"]],
        }
        yield Part(former.get(label, label), json.dumps(table).encode())
