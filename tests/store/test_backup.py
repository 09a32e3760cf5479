"""What goes into the vault: every table but those named with a reason, as it is at one moment, and no more than changed."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models
from tests.django_settings import CONFIG
from tests.store.desk import NOW, Desk, new_desk

from lightship.store.backup import LEFT_OUT, parts, tables
from lightship.store.models import Receipt, Report, Wording
from lightship.vault import Part

WITH_FILE = replace(CONFIG, text="[desk]\n", secrets={("env", "NAME"): "s3cret"})


@pytest.fixture
def acme(database: Path) -> Iterator[Desk]:
    yield new_desk()


def read() -> list[Part]:
    read: list[Part] = []
    thread = threading.Thread(target=lambda: read.extend(parts(WITH_FILE)))
    thread.start()
    thread.join()
    return read


def test_every_table_is_in_it_or_left_out_for_a_reason() -> None:
    every = {
        model._meta.label
        for app in ("desk", "auth")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    assert {model._meta.label for model in tables()} | set(LEFT_OUT) == every


def test_no_table_in_it_writes_times_of_its_own_accord_which_a_restore_would_change() -> None:
    fields = [field for model in tables() for field in model._meta.concrete_fields]
    assert [f for f in fields if getattr(f, "auto_now", False) or getattr(f, "auto_now_add", False)] == []
    assert [f for f in fields if isinstance(f, models.GeneratedField)] == []


def test_every_column_is_of_a_kind_that_json_and_a_date_can_hold() -> None:
    columns = {field.get_internal_type() for model in tables() for field in model._meta.concrete_fields}
    plain = {"BooleanField", "CharField", "DateField", "DateTimeField", "JSONField", "SlugField", "TextField"}
    numbers = {"AutoField", "BigAutoField", "PositiveIntegerField", "PositiveBigIntegerField"}
    assert columns <= plain | numbers | {"ForeignKey", "OneToOneField"}


def test_the_head_holds_the_file_and_its_secrets_and_the_rows_follow(acme: Desk) -> None:
    alice = User.objects.create_user("alice", password="correct horse battery")
    acme.opens()
    first, *rest = read()
    head = json.loads(first.body)
    assert (head["config"], head["secrets"]) == ("[desk]\n", [["env", "NAME", "s3cret"]])
    assert [app for app, _ in head["migrations"]] == sorted({"auth", "contenttypes", "desk", "sessions"})
    users = next(json.loads(part.body) for part in rest if part.label == "auth.User")
    assert dict(zip(users["fields"], users["rows"][0], strict=True))["password"] == alice.password
    assert {part.label for part in rest} >= {
        "desk.Page",
        "desk.Component",
        "desk.Incident",
        "desk.Wording",
        "desk.StatusChange",
    }


def test_one_new_row_changes_one_part_and_what_comes_by_itself_none(acme: Desk) -> None:
    update = acme.says(acme.opens())
    Wording.objects.bulk_create([Wording(update=update, at=NOW + timedelta(seconds=n), body=f"{n}") for n in range(3000)])
    before = read()
    assert len([part for part in before if part.label == "desk.Wording"]) > 5
    Receipt.objects.create(page=acme.page, host="a", at=NOW, seen_at=NOW, verdict="proven")
    Report.objects.create(page=acme.page, kind="vault", at=NOW, facts={})
    assert read() == before
    Wording.objects.create(update=update, at=NOW, body="one more")
    assert len(set(read()) - set(before)) == 1


def test_it_shows_one_moment_and_keeps_no_writer_waiting(acme: Desk) -> None:
    incident = acme.opens()
    slow: list[Part] = []
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        reading = parts(WITH_FILE)
        slow.append(next(reading))
        slow.append(next(reading))
        begun.set()
        go_on.wait(30)
        slow.extend(reading)

    thread = threading.Thread(target=slowly)
    thread.start()
    assert begun.wait(30)
    try:
        update = acme.says(incident, "Said while the vault was read.")
    finally:
        go_on.set()
        thread.join()
    assert update.pk not in "".join(part.body.decode() for part in slow)
    assert update.pk in "".join(part.body.decode() for part in read())
    assert connection.vendor in ("sqlite", "postgresql")
