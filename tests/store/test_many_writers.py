"""Many writers at once, threads and processes: every action has a revision of its own, and none is lost."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connection, connections, transaction
from tests.store.desk import MINUTE, NOW, new_desk

from lightship.core.model import Status
from lightship.importers import Imported
from lightship.store import journal
from lightship.store.history.load import load
from lightship.store.models import Incident, Page, Update
from lightship.store.read import rows

WRITERS, ACTIONS = 4, 12
STARTS = NOW + MINUTE

WRITE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.django_settings"
import django
django.setup()
from pathlib import Path
from django.db import connections
name, incident, who = sys.argv[1:]
connections.settings["default"]["NAME"] = name
from tests.store.test_many_writers import write
write(incident, who)
"""


def write(incident_id: str, who: str) -> None:
    incident = Incident.objects.select_related("page").get(pk=incident_id)
    for number in range(ACTIONS):
        new = journal.NewUpdate(status=Status.IDENTIFIED, body=f"{who} {number}")
        journal.update(incident, new, None, NOW)


def check(incident: Incident) -> None:
    entries = incident.page.entries.order_by("revision")
    revisions = list(entries.values_list("revision", flat=True))
    assert revisions == list(range(1, len(revisions) + 1))
    assert Page.objects.get(pk=incident.page_id).revision == revisions[-1]
    assert entries.filter(action="update").count() == WRITERS * ACTIONS
    bodies = set(Update.objects.filter(incident=incident).values_list("wordings__body", flat=True))
    assert bodies >= {f"writer{who} {number}" for who in range(WRITERS) for number in range(ACTIONS)}


def test_threads_take_turns() -> None:
    incident = new_desk().opens()

    def work(who: int) -> None:
        try:
            write(incident.pk, f"writer{who}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))
    check(incident)


def test_processes_take_turns() -> None:
    incident = new_desk().opens()
    name, root = str(connection.settings_dict["NAME"]), Path(__file__).parents[2]
    connection.close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "src")])}
    crew = [
        subprocess.Popen([sys.executable, "-c", WRITE, name, incident.pk, f"writer{who}"], env=environment)
        for who in range(WRITERS)
    ]
    assert [process.wait(120) for process in crew] == [0] * WRITERS
    check(incident)


def test_of_two_who_read_the_same_only_one_gets_through() -> None:
    incident = new_desk().opens()
    last_read = incident.updates.get().pk

    def work(who: int) -> bool:
        try:
            new = journal.NewUpdate(status=Status.IDENTIFIED, body=f"writer{who}")
            journal.update(Incident.objects.select_related("page").get(pk=incident.pk), new, None, NOW, last_read=last_read)
        except journal.Overtaken:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sorted(pool.map(work, range(WRITERS))) == [False] * (WRITERS - 1) + [True]
    assert incident.updates.count() == 2


def test_a_maintenance_that_many_workers_see_begin_begins_once() -> None:
    incident = new_desk().schedules(STARTS, STARTS.replace(hour=23))

    def work(_: int) -> None:
        try:
            journal.keep_time(Page.objects.get(pk=incident.page_id), STARTS)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))
    assert list(incident.updates.values_list("status", flat=True)) == [Status.SCHEDULED, Status.IN_PROGRESS]


def test_who_takes_in_another_desks_updates_waits_for_who_posts() -> None:
    desk = new_desk()
    incident = desk.opens()
    history = Imported(page=rows.page(desk.page, ""), revision=3, epoch=900)

    def take_in() -> None:
        try:
            load(Page.objects.get(pk=desk.page.pk), history, None, NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            new = journal.NewUpdate(status=Status.IDENTIFIED, body="A disk failed.")
            journal.update(incident, new, None, NOW)
            taking = pool.submit(take_in)
            while not (taking.running() and waits()):
                assert not taking.done()
        taking.result()
    revisions = list(desk.page.entries.order_by("revision").values_list("revision", flat=True))
    assert revisions == list(range(1, len(revisions) + 1))
    page = Page.objects.get(pk=desk.page.pk)
    assert (page.revision, page.epoch > 900, page.vector) == (revisions[-1], True, {"1": revisions[-2], "900": 3})


def waits() -> bool:
    """Whether somebody waits for a row that we hold; SQLite lets nobody begin meanwhile."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
