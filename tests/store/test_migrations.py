"""Rows that an older Lightship wrote are filled in where that can be told, and nothing else is changed."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.django_settings import CONFIG
from tests.store.desk import DOWN, MINUTE, NOW, SLOW, new_desk

from lightship.core.model import Status
from lightship.store.models import Entry, StatusChange


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("desk", name)])


@pytest.mark.skipif("postgres" in CONFIG.desk.database.engine, reason="one database serves the whole session there")
def test_an_older_desks_rows_are_filled_in() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.says(incident, "It is slow.", at=NOW + MINUTE, statuses={desk.panel.pk: SLOW})
    desk.says(incident, "It is slow, I said.", at=NOW + MINUTE)
    desk.says(incident, "Nearly.", Status.RESOLVED, NOW + 2 * MINUTE, {desk.webmail.pk: SLOW})
    migrate("0004_wordings_by_time")
    migrate("0007_plain_names")
    entries = Entry.objects.filter(incident=incident).order_by("revision")
    assert [entry.update and entry.update.status for entry in entries] == ["investigating", None, None, "resolved"]
    ends = StatusChange.objects.order_by("pk").values_list("component__name", "new", "ends")
    assert list(ends)[:2] == [("Webmail", DOWN, False), ("Control panel", SLOW, False)]
    assert all(turn.ends for turn in StatusChange.objects.filter(update__status="resolved"))
