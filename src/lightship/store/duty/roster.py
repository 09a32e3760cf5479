"""Who is on duty: rows as core's roster, whom it names, and who holds each duty after hand-overs."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from lightship.core.duty import holding
from lightship.core.duty import roster as core
from lightship.core.duty.calendar import Account, person_of
from lightship.core.duty.holding import Pass, Pending
from lightship.core.duty.hours import ALWAYS, DAY
from lightship.core.duty.policy import Policy
from lightship.core.duty.roster import LONGEST_TURN, Duty, Every, Roster, Shift, Window
from lightship.core.model import ENDED, Kind
from lightship.core.roles import Act, Role, may
from lightship.store.models import Alert, Feed, HandOver, Override, Page, Rotation, Staffer, Update

FORGOTTEN = timedelta(days=30)
"""What has been open for longer holds up no change of the roster: nobody watches it."""


def on_duty(page: Page, at: datetime) -> dict[Duty, User]:
    """Whom the roster names."""
    return _users(core.on_duty(shifts(page, at, at + DAY), at))


def holder(page: Page, at: datetime) -> dict[Duty, User]:
    """Who holds each duty: whom the roster names, unless somebody took it or a change is not confirmed."""
    own, passes, since = _situation(page, at)
    return _users(holding.holders(own, passes, at, since))


def pending(page: Page, at: datetime) -> tuple[Pending, ...]:
    """The roster's changes that wait for both sides, while something is open."""
    own, passes, since = _situation(page, at)
    return holding.pending(own, passes, at, since)


def shifts(page: Page, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """Of accounts that may sign in and write; whoever may not leaves a gap."""
    able = {str(user.pk) for user in writers()}
    return tuple(shift for shift in core.shifts(roster(page, since, until), since, until) if shift.person in able)


def roster(page: Page, since: datetime, until: datetime) -> Roster:
    """Enough of it to say who is on duty between two moments."""
    since, until = since - LONGEST_TURN, until + LONGEST_TURN
    rotations = page.rotations.filter(Q(ended_at=None) | Q(ended_at__gt=since), made_at__lt=until)
    overrides = page.overrides.filter(starts__lt=until, ends__gt=since)
    feeds = list(page.feeds.filter(ended_at=None).defer("body"))
    accounts = people() if feeds else []
    return Roster(
        rotations=tuple(rotation(row) for row in rotations),
        calendar=tuple(shift for feed in feeds for shift in calendar_shifts(feed, accounts)),
        overrides=tuple(shift for row in overrides for shift in _override(row)),
    )


def is_made(page: Page) -> bool:
    """Whether anything names anybody."""
    return any(rows.filter(ended_at=None).exists() for rows in (page.rotations, page.feeds, page.overrides))


def rotation(row: Rotation) -> core.Rotation:
    return core.Rotation(
        duty=Duty(row.duty),
        every=Every(row.every),
        start=row.start,
        windows=tuple(map(_window, row.windows)),
        days=tuple(row.days or ALWAYS),
        made=row.made_at,
        ended=row.ended_at,
    )


def _window(stored: dict[str, Any]) -> Window:
    return Window(
        begins=time.fromisoformat(stored["begins"]),
        zone=stored["zone"],
        members=tuple(stored["members"]),
        until=time.fromisoformat(stored["until"]) if stored.get("until") else None,
    )


def stored_windows(windows: Iterable[Window]) -> list[dict[str, Any]]:
    return [
        {
            "begins": f"{window.begins:%H:%M}",
            "zone": window.zone,
            "members": list(window.members),
            "until": f"{window.until:%H:%M}" if window.until else None,
        }
        for window in windows
    ]


def calendar_shifts(feed: Feed, accounts: Iterable[Account]) -> list[Shift]:
    """The turns of a calendar whose people we know."""
    accounts, own = list(accounts), []
    for entry in feed.shifts:
        if person := person_of(entry["names"], accounts, feed.people):
            times = (datetime.fromisoformat(entry[key]) for key in ("starts", "ends"))
            own.append(Shift(Duty(entry["duty"]), person, *times))
    return own


def _override(row: Override) -> list[Shift]:
    """From when it was made until it was taken back."""
    starts, ends = max(row.starts, row.made_at), min(row.ends, row.ended_at or row.ends)
    return [Shift(Duty(row.duty), str(row.person_id), starts, ends)] if starts < ends else []


def people() -> list[Account]:
    """Accounts that may be on duty: they may sign in, and write."""
    return [Account(str(user.pk), user.username, user.email, user.get_full_name()) for user in writers()]


def writers() -> list[User]:
    closed = [role for role in Role if not may(role, Act.WRITE)]
    users = User.objects.filter(is_active=True).exclude(pk__in=Staffer.objects.filter(role__in=closed).values("user"))
    return list(users.order_by("username"))


def policy(page: Page) -> Policy:
    return Policy.of(page.policy)


def open_since(page: Page, at: datetime) -> datetime | None:
    """From when on something was open all the time until `at`; None: nothing is. Practice does not count, nor planned work."""
    oldest = at - FORGOTTEN
    since = _earliest_open(page, oldest, at)
    while since:
        earlier = [start for start, end in _ended_around(page, oldest, since) if start < since <= end]
        if not earlier:
            return since
        since = min(earlier)
    return None


def _earliest_open(page: Page, oldest: datetime, at: datetime) -> datetime | None:
    incidents = [start for start, end in _spans(page, oldest, at) if start <= at and (end is None or end > at)]
    alerts = Alert.objects.filter(Q(closed_at=None) | Q(closed_at__gt=at), page=page, practice=False, at__range=(oldest, at))
    return min([*incidents, *alerts.values_list("at", flat=True)], default=None)


def _spans(page: Page, oldest: datetime, at: datetime) -> list[tuple[datetime, datetime | None]]:
    own = page.incidents.filter(kind=Kind.INCIDENT, practice=False, created_at__range=(oldest, at))
    spans: list[tuple[datetime, datetime | None]] = [(start, None) for start in _begins(own.filter(open=True))]
    return spans + list(_ended(own.filter(open=False, updated_at__gt=at)))


def _ended_around(page: Page, oldest: datetime, at: datetime) -> list[tuple[datetime, datetime]]:
    """What was open just before a moment, and has ended since."""
    own = page.incidents.filter(
        kind=Kind.INCIDENT, practice=False, open=False, created_at__range=(oldest, at), updated_at__gte=at
    )
    alerts = Alert.objects.filter(page=page, practice=False, at__range=(oldest, at), closed_at__gte=at)
    return [*_ended(own), *((start, end) for start, end in alerts.values_list("at", "closed_at") if end)]


def _begins(rows: Any) -> list[datetime]:
    return list(rows.order_by().values_list("created_at", flat=True))


def _ended(rows: Any) -> list[tuple[datetime, datetime]]:
    """When each was opened, and when the update that ended it was written."""
    created = dict(rows.order_by().values_list("pk", "created_at"))
    ends: dict[str, datetime] = {}
    updates = Update.objects.filter(incident__in=list(created)).order_by("created_at")
    for pk, status, at in updates.values_list("incident_id", "status", "created_at"):
        if status not in ENDED:
            ends.pop(pk, None)
        else:
            ends.setdefault(pk, at)
    return [(created[pk], at) for pk, at in ends.items()]


def _situation(page: Page, at: datetime) -> tuple[tuple[Shift, ...], list[Pass], datetime | None]:
    since = open_since(page, at)
    own = shifts(page, (since or at) - LONGEST_TURN, at + DAY)
    acts = HandOver.objects.filter(page=page, at__lte=at, at__gt=(since or at) - 2 * LONGEST_TURN)
    rows = acts.filter(taker__is_active=True).order_by("at").values_list("duty", "taker_id", "at")
    return own, [Pass(Duty(duty), str(person), moment) for duty, person, moment in rows if moment], since


def _users(named: dict[Duty, str]) -> dict[Duty, User]:
    users = {str(user.pk): user for user in User.objects.filter(pk__in=set(named.values()))}
    return {duty: users[person] for duty, person in named.items() if person in users}
