"""A whole history comes in with its ids and times, once; and goes out and in again without losing a byte."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.database import use
from tests.django_settings import CONFIG
from tests.publishing.book import harbour, incident
from tests.sample import an_incident, an_update
from tests.store.desk import DOWN, MINUTE, NOW, OK, SLOW, new_desk

from lightship.cli.history import _report
from lightship.core import model as core
from lightship.core.model import Facts
from lightship.core.site.state import STATE_PATH
from lightship.importers import Imported
from lightship.net.client import PublicReader
from lightship.publishing.contents import contents_at
from lightship.store import journal
from lightship.store.export import files
from lightship.store.history.load import Loaded, adopt, load
from lightship.store.journal import structure
from lightship.store.models import Entry, Incident, Page, StatusChange
from lightship.store.read import rows, snapshot

PAGE = CONFIG.pages["status"]
GROUP = core.Group(id="group0000000", name="Mail", position=1, created_at=NOW, updated_at=NOW)


def load_harbour(to: Page, **more: object) -> None:
    book = harbour().snapshot
    components = tuple(replace(component, status=DOWN) for component in book.components)
    history = Imported(components=components, incidents=(*book.open, *book.recent), **more)  # type: ignore[arg-type]
    load(to, history, None, NOW)


def test_a_history_keeps_its_ids_and_times() -> None:
    desk = new_desk()
    load_harbour(desk.page)
    shot = snapshot.take(Page.objects.get(), "https://acme.test", (), NOW)
    assert (shot.open, shot.recent) == (harbour().snapshot.open, harbour().snapshot.recent)
    assert shot.months == harbour().snapshot.months


def test_an_open_incident_that_claims_more_than_its_source_shows_is_kept_as_it_is_and_holds_nothing_more() -> None:
    desk = new_desk()
    book = harbour().snapshot
    for _ in range(2):
        load(desk.page, Imported(components=book.components, incidents=(*book.open, *book.recent)), None, NOW)
        shot = snapshot.take(Page.objects.get(), "https://acme.test", (), NOW)
        assert [component.status for component in shot.components] == [OK] * 3
        assert shot.open == book.open
        (restated,) = StatusChange.objects.filter(update=None)
        assert (restated.old, restated.new) == (OK, OK)
    later = snapshot.take(Page.objects.get(), "https://acme.test", (), NOW + timedelta(days=200))
    assert [component.status for component in later.components] == [OK] * 3


def test_two_updates_of_one_moment_stay_in_the_order_that_their_source_gives() -> None:
    desk = new_desk()
    down = (core.Change(desk.webmail.pk, "Webmail", OK, DOWN),)
    first, last = (
        an_update("It fails.", id="zz0000000000", changes=down),
        an_update("It works.", core.Status.RESOLVED, id="aa0000000000"),
    )
    load(desk.page, Imported(incidents=(an_incident("It fails", first, last),)), None, NOW + MINUTE)
    shot = snapshot.take(Page.objects.get(), "https://acme.test", (), NOW + timedelta(days=120))
    (row,) = rows.incidents(Incident.objects.all())
    assert [update.id for update in row.updates] == [first.id, last.id]
    assert [component.status for component in shot.components] == [OK, OK]


def test_loading_it_again_adds_nothing_but_a_line_in_the_journal() -> None:
    desk = new_desk()
    load_harbour(desk.page)
    incidents, status_changes, revisions = Incident.objects.count(), StatusChange.objects.count(), desk.revisions()
    load_harbour(desk.page)
    assert (Incident.objects.count(), StatusChange.objects.count()) == (incidents, status_changes)
    assert desk.revisions()[: len(revisions)] == revisions
    assert set(Entry.objects.filter(revision__gt=revisions[-1]).values_list("action", flat=True)) <= {"import"}


def test_every_month_that_came_in_is_touched_as_a_whole_even_if_an_update_followed_in_it() -> None:
    desk = new_desk()
    before = desk.page.revision
    load_harbour(desk.page)
    opened = desk.opens()
    page = Page.objects.get()
    touched = snapshot.touched(page, before)
    assert touched == {"2026-11": None, "2026-10": None, "2026-09": None}
    assert snapshot.touched(page, page.revision - 1) == {"2026-11": frozenset([opened.pk])}


def test_a_journal_that_does_not_reach_back_asks_for_everything() -> None:
    desk = new_desk()
    Entry.objects.filter(revision__lt=3).delete()
    desk.opens()
    page = Page.objects.get()
    assert snapshot.touched(page, 1) is None
    assert snapshot.touched(page, 2) is not None


def exported(folder: Path, page: Page) -> dict[str, bytes]:
    written = dict(files(page, PAGE, NOW + timedelta(days=1)))
    for path, body in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return {path: body for path, body in written.items() if path.endswith(".json")}


@pytest.mark.skipif("postgres" in CONFIG.desk.database.engine, reason="the second database is a file")
def test_an_export_read_into_an_empty_database_exports_the_same_bytes(template: Path, tmp_path: Path) -> None:
    desk = new_desk()
    load_harbour(desk.page)
    opened = desk.opens()
    journal.correct(opened.updates.get(), "Signing in fails.", Facts(scope="Vienna", since=NOW), None, NOW + MINUTE)
    desk.says(opened, at=NOW + 5 * MINUTE, holds=NOW + 2 * MINUTE)
    journal.set_status(desk.panel, SLOW, None, NOW - timedelta(days=40))
    desk.schedules(NOW + timedelta(days=1), NOW + timedelta(days=2))
    desk.resolves(desk.opens("Mail is late", NOW + 6 * MINUTE), NOW + 7 * MINUTE)
    first = exported(tmp_path / "first", Page.objects.get())

    (tmp_path / "other.sqlite3").write_bytes(template.read_bytes())
    use(tmp_path / "other.sqlite3")
    imported = contents_at(str(tmp_path / "first"), [], PublicReader())
    assert imported.page is not None
    page = adopt(structure.create_page("acme", "Empty", None, NOW), imported.page)
    load(page, imported, None, NOW + timedelta(days=3))
    again = exported(tmp_path / "again", Page.objects.get())
    assert again.keys() == first.keys()
    assert {path for path in first if again[path] != first[path]} == set()
    assert json.loads(first[STATE_PATH])["revision"] == Page.objects.get().revision


def facts_of(page: Page) -> list[object]:
    """All that its readers see, and the revision of its journal."""
    shot = snapshot.take(Page.objects.get(pk=page.pk), "https://acme.test", (), NOW)
    return [shot.revision, shot.groups, shot.components, shot.open, shot.recent, shot.status_changes]


def test_what_another_page_holds_is_refused_by_name_and_never_written() -> None:
    first, second = new_desk(), new_desk("other")
    load_harbour(first.page, groups=(GROUP,))
    before = facts_of(first.page)
    book = harbour().said("incident0000", "More.").snapshot
    component = replace(book.components[0], name="Stolen", group_id=GROUP.id)
    own = incident(900, NOW - timedelta(days=3))
    history = Imported(
        groups=(GROUP,),
        components=(component,),
        incidents=(*book.open, own, replace(own, id="takenwords00", updates=book.recent[0].updates)),
        status_changes=(core.StatusChange(NOW, core.Change(component.id, "Stolen", SLOW, SLOW), "turn00000001"),),
    )
    loaded = load(second.page, history, None, NOW)
    assert facts_of(first.page) == before
    assert (loaded.incidents, loaded.known, loaded.grown) == (1, 0, 0)
    assert loaded.refused[:4] == (
        "group group0000000 (Mail)",
        "component webmail00000 (Stolen)",
        "incident incident0000 (Incident 0)",
        "incident takenwords00 (Incident 900)",
    )
    assert [name.split(" of ")[1] for name in loaded.refused[4:]] == ["incident takenwords00"] * 2
    (written,) = second.page.incidents.all()
    assert (written.pk, written.components, StatusChange.objects.filter(update__incident=written).count()) == (own.id, [], 0)


def test_a_component_of_ours_keeps_out_of_another_pages_group() -> None:
    first, second = new_desk(), new_desk("other")
    load(first.page, Imported(groups=(GROUP,)), None, NOW)
    mine = replace(harbour().snapshot.components[0], group_id=GROUP.id)
    load(second.page, Imported(groups=(GROUP,), components=(mine,)), None, NOW)
    assert second.page.components.get(pk=mine.id).group is None


def test_an_identity_that_another_page_has_is_not_adopted() -> None:
    first, second = new_desk(), new_desk("other")
    with pytest.raises(journal.JournalError, match="'acme', has this history's identity already"):
        adopt(second.page, replace(harbour().page, id=first.page.pk))
    assert Page.objects.filter(pk=second.page.pk).exists()


def test_numbers_are_not_taken_with_a_part_of_the_history() -> None:
    first = new_desk()
    load_harbour(first.page)
    empty = structure.create_page("empty", "Empty", None, NOW)
    with pytest.raises(journal.JournalError, match="holds parts of this one, so nothing was written"):
        load_harbour(empty, page=rows.page(empty, ""), revision=70, epoch=2)
    assert (Page.objects.get(pk=empty.pk).revision, empty.components.count()) == (1, 0)


def test_the_command_counts_and_names_what_it_refused() -> None:
    report = _report(Imported(), Loaded(0, 0, 0, 0, 0, ("group group0000000 (Mail)", "component webmail00000 (Stolen)")))
    refused = report.split("\n\n")[1]
    assert refused.splitlines() == [
        "refused (2): another page here holds it, so it was not written",
        "  group group0000000 (Mail)",
        "  component webmail00000 (Stolen)",
    ]


def test_an_old_backup_goes_on_from_what_its_hosts_hold() -> None:
    """The desk's database is put back as it was days ago; its hosts hold more. Importing from one makes it whole again."""
    desk = new_desk()
    opened = desk.opens()
    newer = rows.incident(opened)
    later = replace(
        newer.updates[-1], id="laterupdate0", display_at=NOW + MINUTE, created_at=NOW + MINUTE, updated_at=NOW + MINUTE
    )
    history = Imported(
        page=rows.page(desk.page, ""),
        incidents=(replace(newer, updates=(*newer.updates, later)),),
        revision=desk.page.revision + 40,
        epoch=3,
    )
    before = Page.objects.get().revision
    load(desk.page, history, None, NOW + 2 * MINUTE)
    assert desk.page.revision > history.revision
    assert desk.page.epoch > history.epoch
    assert rows.vector(desk.page) == {1: before, 3: history.revision}
    assert [update.id for update in rows.incident(opened).updates] == [newer.updates[-1].id, "laterupdate0"]
    touched = snapshot.touched(desk.page, history.revision)
    assert touched is not None and newer.month in touched
