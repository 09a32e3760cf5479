"""The roster as templates show it: who is on duty, thirty days, what is wrong with it, and what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from lightship.core import durations
from lightship.core.duty import roster as core
from lightship.core.duty.hours import DAY, DAYS, Span, cut, days_text, instant
from lightship.core.duty.roster import AHEAD, NEEDED, Duty, Gap, Overlap, Shift
from lightship.desk.labels import DUTY, person
from lightship.page.labels import listed
from lightship.store.duty import feeds, handover, roster
from lightship.store.models import Feed, Override, Page, Rotation

SHOWN_GAPS, SHADES = 5, 4
NARROW = 0.22
"""Of a day: what is narrower has room for one letter."""
STALE = timedelta(hours=1)
"""A feed that was not read for so long is a warning."""
Names = Mapping[str, str]


def card(page: Page, user: User, now: datetime) -> dict[str, Any]:
    """Who holds the clock, and what the staffer may do about it: for the home page and the roster's own."""
    named, held = roster.on_duty(page, now), roster.holder(page, now)
    offers, pending = handover.offers(page, now), roster.pending(page, now)
    mine = [_waiting(one.duty, one.giver, one.taker, one.due, user, page) for one in pending if _concerns(one, user)]
    writer = held.get(Duty.WRITER)
    return {
        "duty_page": page,
        "writer": person(writer) if writer else "",
        "deputy": person(held[Duty.DEPUTY]) if Duty.DEPUTY in held else "",
        "named": person(named[Duty.WRITER]) if named.get(Duty.WRITER, writer) != writer else "",
        "i_write": writer == user,
        "changes": mine,
        "offers": [
            {"row": row, "duty": DUTY[Duty(row.duty)].lower(), "giver": person(row.giver), "taker": person(row.taker)}
            for row in offers
            if user.pk in (row.taker_id, row.giver_id)
        ],
        "matters": matters(page, now) if mine or any(row.taker_id == user.pk for row in offers) else [],
        "by_hand": [_by_hand(row) for row in _overrides(page, now).filter(starts__lt=now + DAY)] if mine or offers else [],
        "colleagues": [(str(one.pk), person(one)) for one in roster.writers() if one != user],
        "made": roster.is_made(page),
    }


def _overrides(page: Page, now: datetime) -> QuerySet[Override]:
    return page.overrides.filter(ended_at=None, ends__gt=now).select_related("person").order_by("starts")


def _by_hand(row: Override) -> str:
    return f"{person(row.person)} is {DUTY[Duty(row.duty)].lower()} from {moment_text(row.starts)} to {moment_text(row.ends)}"


def _concerns(one: Any, user: User) -> bool:
    return str(user.pk) in (one.giver, one.taker)


def _waiting(duty: Duty, giver: str, taker: str, due: datetime, user: User, page: Page) -> dict[str, Any]:
    row = page.hand_overs.filter(kind=handover.ROSTER, duty=duty, due=due, giver=int(giver), taker=int(taker)).first()
    names = {str(one.pk): person(one) for one in User.objects.filter(pk__in=(int(giver), int(taker)))}
    return {
        "duty": duty.value,
        "word": DUTY[duty].lower(),
        "giver": names.get(giver, ""),
        "taker": names.get(taker, ""),
        "due": due,
        "giving": str(user.pk) == giver,
        "given": bool(row and row.given_at),
        "taken": bool(row and row.taken_at),
    }


def matters(page: Page, now: datetime) -> list[dict[str, Any]]:
    """What goes with the clock, with times as times."""
    lines = []
    for line in handover.matters(page, now):
        due = datetime.fromisoformat(line["due"]) if line["due"] else None
        facts = {FACTS[name]: text for name, text in line["facts"].items()}
        lines.append({**line, "facts": facts, "due": due, "late": bool(due and due <= now)})
    return lines


FACTS = {
    "symptom": "Problem",
    "scope": "Affects",
    "numbers": "How many",
    "unaffected": "Not affected",
    "doing": "Doing now",
    "workaround": "Meanwhile",
    "cause": "Cause",
}
"""As readers see them named."""


def overview(page: Page, now: datetime) -> dict[str, Any]:
    """The next thirty days: who, and what is wrong."""
    until = now + AHEAD
    shifts, names = roster.shifts(page, now - 2 * DAY, until + 8 * DAY), names_here()
    own = [shift for shift in shifts if shift.ends > now]
    rotations = sorted(page.rotations.filter(ended_at=None), key=lambda row: list(Duty).index(Duty(row.duty)))
    calendars = [feed_line(feed, now) for feed in page.feeds.filter(ended_at=None)]
    columns = [duty for duty in Duty if duty in NEEDED or any(shift.duty is duty for shift in shifts)]
    gaps = core.gaps(shifts, now, until, roster.policy(page).staffed)
    return {
        "now_lines": [_now(duty, own, names, now) for duty in columns],
        "gaps": gap_lines(gaps, now),
        "warnings": [*_warnings(page, shifts, names, now), *(line for feed in calendars for line in feed["warnings"])],
        "columns": [DUTY[duty] for duty in columns],
        "days": _days(shifts, columns, gaps, names, now),
        "rotations": [{"row": row, **rotation_line(row, names)} for row in rotations],
        "overrides": [{"row": row, "who": person(row.person), "duty": DUTY[Duty(row.duty)]} for row in _overrides(page, now)],
        "calendars": calendars,
        "lately": lately(page),
    }


def names_here() -> dict[str, str]:
    return {str(user.pk): person(user) for user in User.objects.filter(is_active=True)}


def _now(duty: Duty, shifts: Sequence[Shift], names: Names, now: datetime) -> dict[str, Any]:
    current = next((shift for shift in shifts if shift.duty is duty and shift.starts <= now), None)
    following = core.next_shift(shifts, duty, now)
    return {
        "duty": DUTY[duty],
        "who": names.get(current.person, "") if current else "",
        "until": current.ends if current else None,
        "next": names.get(following.person, "") if following else "",
        "next_at": following.starts if following else None,
        "needed": duty in NEEDED,
    }


def gap_lines(gaps: Sequence[Gap], now: datetime) -> dict[str, Any]:
    """The first ones in words, and how many more there are."""
    shown = [
        {
            "missing": listed([f"no {DUTY[duty].lower()}" for duty in gap.missing]),
            "starts": gap.starts,
            "ends": gap.ends,
            "long": durations.span(gap.ends - gap.starts),
            "current": gap.starts <= now,
        }
        for gap in gaps[:SHOWN_GAPS]
    ]
    return {"shown": shown, "more": len(gaps) - len(shown), "count": len(gaps)}


def _warnings(page: Page, shifts: Sequence[Shift], names: Names, now: datetime) -> list[str]:
    until = now + AHEAD
    both = [(f"{names.get(one.people[0], '')} is writer and deputy at once", one) for one in core.alone(shifts, now, until)]
    claims = [(_claim(one, names), one) for one in core.overlaps(roster.roster(page, now, until), now, until)]
    spans: dict[str, list[Overlap]] = defaultdict(list)
    for line, one in (*both, *claims):
        spans[line].append(one)
    lines = [f"{line}: {_span(own[0])}{f', and {len(own) - 1} more times' if own[1:] else ''}." for line, own in spans.items()]
    return [*lines[:SHOWN_GAPS], *closed_accounts(page)]


def _claim(one: Overlap, names: Names) -> str:
    first, second = (names.get(who, "a closed account") for who in one.people)
    return f"Two people are {DUTY[one.duty].lower()}; {first} counts, not {second}"


def closed_accounts(page: Page) -> list[str]:
    """Members who can no longer sign in or write: their turns are gaps."""
    able = {str(user.pk) for user in roster.writers()}
    members = {m for row in page.rotations.filter(ended_at=None) for window in row.windows for m in window["members"]}
    gone = User.objects.filter(pk__in=[int(member) for member in members if member not in able])
    return [
        f"{person(user)} can no longer write here, so nobody has those turns: take them out of the rotation." for user in gone
    ]


def _span(one: Overlap) -> str:
    return f"{moment_text(one.starts)} to {moment_text(one.ends)}"


def moment_text(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def rotation_line(row: Rotation, names: Names) -> dict[str, Any]:
    """A rotation in words."""
    rotation = roster.rotation(row)
    windows = [
        {
            "begins": f"{window.begins:%H:%M}",
            "until": f"{window.until:%H:%M}" if window.until else "",
            "zone": window.zone.rsplit("/", 1)[-1].replace("_", " "),
            "members": ", ".join(names.get(member, "(closed account)") for member in window.members),
        }
        for window in rotation.windows
    ]
    weekly = rotation.every is core.Every.WEEK
    every = f"every week on {DAYS[rotation.start.weekday()]}" if weekly else "every day"
    days = "" if len(rotation.days) == 7 else days_text(rotation.days)
    return {"duty": DUTY[rotation.duty], "every": every, "days": days, "windows": windows}


def feed_line(feed: Feed, now: datetime) -> dict[str, Any]:
    people = feeds.persons(feed)
    unknown = [one.name for one in people if not one.account and not one.by_hand]
    warnings = [f"{feed.name} names {listed(unknown[:5])}, whom nobody here is: say who it is."] if unknown else []
    if feed.error:
        age = durations.span(now - feed.read_at) if feed.read_at else ""
        warnings.append(f"{feed.name}: {feed.error} In use is what was read {age} ago.")
    return {"row": feed, "unknown": unknown, "warnings": warnings, "people": people}


def _days(
    shifts: Sequence[Shift], columns: Iterable[Duty], gaps: Sequence[Gap], names: Names, now: datetime
) -> list[dict[str, Any]]:
    """Each of the thirty days with a track for each duty. Places in percent of the day, which may have 23 or 25 hours."""
    zone, today = timezone.get_current_timezone_name(), timezone.localtime(now).date()
    people = sorted({shift.person for shift in shifts}, key=lambda who: names.get(who, ""))
    shades = {who: number % SHADES for number, who in enumerate(people)}
    spans = {duty: [(shift.span, shift.person) for shift in shifts if shift.duty is duty] for duty in columns}
    for gap in gaps:
        for duty in gap.missing:
            spans[duty].append(((gap.starts, gap.ends), ""))
    days = []
    for number in range(AHEAD.days + 1):
        day = today + number * DAY
        start, end = instant(day, time(0), zone), instant(day + DAY, time(0), zone)
        tracks = [_track(own, start, end, names, shades) for own in spans.values()]
        here = f"{(now - start) / (end - start):.2%}" if number == 0 else ""
        days.append(
            {"day": day, "weekend": day.weekday() > 4, "first": number == 0 or day.day == 1, "tracks": tracks, "now": here}
        )
    return days


def _track(
    own: Iterable[tuple[Span, str]], start: datetime, end: datetime, names: Names, shades: Mapping[str, int]
) -> dict[str, Any]:
    """`who` empty: nobody, though somebody should be."""
    parts: list[dict[str, Any]] = [
        {
            "x": f"{(left - start) / (end - start):.2%}",
            "width": f"{(right - left) / (end - start):.2%}",
            "who": names.get(who, "nobody") if (right - left) / (end - start) > NARROW else names.get(who, "–")[:1],
            "shade": shades.get(who),
            "text": f"{names.get(who, 'nobody')} {timezone.localtime(left):%H:%M} to {_clock(right, end)}",
        }
        for left, right, who in sorted((*part, who) for span, who in own for part in cut([span], start, end))
    ]
    return {"parts": parts, "text": "; ".join(part["text"] for part in parts) or "nobody"}


def _clock(at: datetime, end: datetime) -> str:
    return "24:00" if at == end else f"{timezone.localtime(at):%H:%M}"


def lately(page: Page, most: int = 8) -> list[dict[str, Any]]:
    """Who changed the roster, and who took over from whom, newest first."""
    lines: list[dict[str, Any]] = []
    for rows in (page.rotations, page.overrides, page.feeds):
        for row in rows.select_related("made_by", "ended_by").order_by("-made_at")[:most]:
            what = _what(row)
            lines.append({"at": row.made_at, "who": person(row.made_by), "did": f"made {what}"})
            if row.ended_at:
                lines.append({"at": row.ended_at, "who": person(row.ended_by), "did": f"ended {what}"})
    for act in page.hand_overs.exclude(at=None).select_related("giver", "taker")[:most]:
        giver = f" from {person(act.giver)}" if act.giver else ""
        lines.append({"at": act.at, "who": person(act.taker), "did": f"took over as {DUTY[Duty(act.duty)].lower()}{giver}"})
    return sorted(lines, key=lambda line: line["at"], reverse=True)[:most]


def _what(row: Rotation | Override | Feed) -> str:
    if isinstance(row, Feed):
        return f"the calendar {row.name}"
    duty = DUTY[Duty(row.duty)].lower()
    return f"a rotation: {duty}" if isinstance(row, Rotation) else f"{person(row.person)} {duty} from {moment_text(row.starts)}"
