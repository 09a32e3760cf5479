"""Whatever is posted, in whatever order and however late: bars, uptime, rollup and API are those of a slow, obvious model that
looks at each minute."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core import minutes
from tests.core.story import CARE, DOWN, OK, PARTIAL, SLOW
from tests.sample import an_incident, an_update
from tests.store.desk import NOW, Desk, new_desk

from lightship.config.ids import new_id
from lightship.core import model as core
from lightship.core.history import days, uptime, window_start
from lightship.core.model import ComponentStatus, Kind, Snapshot, Status
from lightship.core.status import rollup
from lightship.importers import Imported
from lightship.page import statuspage
from lightship.store import journal
from lightship.store.history.load import load
from lightship.store.models import Incident, Page
from lightship.store.read import rows, snapshot

ROUNDS = int(os.environ.get("LIGHTSHIP_ROUNDS", "25"))
START = NOW.replace(hour=22, minute=30)  # so that stories go on past midnight
LEVELS = (OK, SLOW, PARTIAL, DOWN, CARE)
SPAN = 180


@dataclass(frozen=True)
class Action:
    """`what` is done `after` minutes, and holds from so many minutes ago (0: from now)."""

    what: str
    after: int
    ago: int
    which: int
    levels: tuple[int, int]


ACTIONS = st.builds(
    Action,
    what=st.sampled_from(["open", "update", "end", "end with levels", "reopen", "plan", "clock", "by hand", "import"]),
    after=st.integers(0, 40),
    ago=st.sampled_from([0, 0, 0, 5, 30, 90]),
    which=st.integers(0, 3),
    # 5: not mentioned.
    levels=st.tuples(st.integers(0, 5), st.integers(0, 5)),
)


def does(desk: Desk, action: Action, now: datetime) -> None:
    parts = (desk.webmail.pk, desk.panel.pk)
    levels: dict[str, ComponentStatus] = {pk: LEVELS[n] for pk, n in zip(parts, action.levels, strict=True) if n < len(LEVELS)}
    since = now - timedelta(minutes=action.ago) if action.ago else None
    if action.what == "open":
        new = journal.NewUpdate(status=Status.INVESTIGATING, body=".", statuses=levels or None, at=since)
        journal.open_incident(desk.page, journal.NewIncident(name="It fails", update=new), None, now)
    elif action.what == "plan":
        starts = now + timedelta(minutes=action.ago - 10)
        window = journal.Window(
            name="Work", body=".", starts=starts, ends=starts + timedelta(minutes=40), components=frozenset(levels)
        )
        journal.schedule(desk.page, window, None, now)
    elif action.what == "clock":
        journal.keep_time(desk.page, now)
    elif action.what == "import":
        load(desk.page, elsewhere(desk, action, levels, now), None, now)
    elif action.what == "by hand":
        journal.set_status(desk.panel if action.which % 2 else desk.webmail, LEVELS[action.levels[0] % 5], None, now)
    elif incidents := list(Incident.objects.order_by("created_at", "pk")):
        row = incidents[action.which % len(incidents)]
        says(row, action, levels, since, now)


def elsewhere(desk: Desk, action: Action, levels: dict[str, ComponentStatus], now: datetime) -> Imported:
    """Another service's history of the same components: an incident that runs there or has ended, and what it shows today."""
    began = now - timedelta(minutes=action.ago)
    changes = tuple(core.Change(pk, "Webmail", OK, new) for pk, new in levels.items())
    updates = [an_update(f"It fails {began}", at=began, id=new_id(), changes=changes)]
    if action.which % 2:
        back = tuple(core.Change(pk, "Webmail", new, OK) for pk, new in levels.items())
        updates.append(an_update("It works.", Status.RESOLVED, at=now, id=new_id(), changes=back))
    shown = replace(rows.component(desk.panel, LEVELS[action.levels[0] % 5]), updated_at=began)
    return Imported(
        components=(shown,) if action.which > 1 else (), incidents=(an_incident("It fails there", *updates, id=new_id()),)
    )


def says(row: Incident, action: Action, levels: dict[str, ComponentStatus], since: datetime | None, now: datetime) -> None:
    planned = row.kind == Kind.MAINTENANCE
    status = {
        "update": Status.VERIFYING if planned else Status.IDENTIFIED,
        "reopen": Status.SCHEDULED if planned else Status.INVESTIGATING,
    }.get(action.what, Status.COMPLETED if planned else Status.RESOLVED)
    stated = None if action.what == "end" else levels or None
    journal.update(row, journal.NewUpdate(status=status, body=".", statuses=stated, at=since), None, now)


@settings(max_examples=ROUNDS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTIONS, min_size=1, max_size=8), st.sampled_from([0, 1, 89, 90, 91]))
def test_every_minute_is_what_a_slow_look_at_it_says(actions: list[Action], later: int) -> None:
    call_command("flush", interactive=False, verbosity=0)
    desk, now = new_desk(), START
    for action in actions:
        now += timedelta(minutes=action.after)
        with suppress(journal.JournalError):
            does(desk, action, now)
    # The window of ninety days may begin in the middle of the story, or after it.
    at = START.replace(minute=0) + timedelta(minutes=30 + SPAN + 7 * 60, days=later)
    shot = snapshot.take(Page.objects.get(), "https://acme.test", (), at)
    incidents, by_hand = (
        rows.incidents(Incident.objects.all()),
        rows.status_changes(desk.page.status_changes.filter(update=None)),
    )
    for component in shot.components:
        check_days(component, shot, incidents, by_hand)
    statuses = [minutes.seen(component.id, incidents, by_hand, at) for component in shot.components]
    served = {path: json.loads(body) for path, body in statuspage.files(shot).items() if path.endswith(".json")}
    assert [row["status"] for row in served["api/v2/components.json"]["components"]] == [status.value for status in statuses]
    expected = rollup(statuses)
    assert served["api/v2/status.json"]["status"] == {"indicator": expected.indicator, "description": expected.description}


def check_days(
    component: core.Component, shot: Snapshot, incidents: tuple[core.Incident, ...], by_hand: tuple[core.StatusChange, ...]
) -> None:
    """The ninety days of a component. No day before the story, or after it, need be looked at by the minute."""
    shown = {row.date: row for row in days(component.id, shot)}
    start = max(START - timedelta(minutes=150), window_start(shot.at))
    end = min(start + timedelta(minutes=SPAN * 4), shot.at)
    slow = minutes.days_of(component.id, incidents, by_hand, start, end)
    if end < shot.at:
        status = minutes.seen(component.id, incidents, by_hand, shot.at)
        day = datetime(end.year, end.month, end.day, tzinfo=end.tzinfo)
        for number in range((shot.at - day).days + 1):
            begins = max(day + timedelta(days=number), end)
            ends = min(day + timedelta(days=number + 1), shot.at)
            spans = slow.setdefault(day + timedelta(days=number), {})
            spans[status.value] = spans.get(status.value, timedelta()) + (ends - begins)
    for day, spans in slow.items():
        spans.pop(OK.value, None)
        row = shown[day.date()]
        assert {status.value: span for status, span in row.spans.items()} == {k: v for k, v in spans.items() if v}
        worst = max([OK.value, *(status for status, span in spans.items() if span)], key=minutes.RANK.index)
        now_too = minutes.seen(component.id, incidents, by_hand, shot.at).value if day.date() == shot.at.date() else worst
        assert row.worst.value == max(worst, now_too, key=minutes.RANK.index)
    assert abs(uptime(list(shown.values())) - minutes.up(slow)) < 1e-9
