"""Change the roster. Each change is a row with who made it and when; what it replaces ends, and is never lost."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from lightship.config.ids import new_id
from lightship.core.duty import roster as core
from lightship.core.duty.hours import Hours, check_hours, text_of
from lightship.core.duty.policy import Policy
from lightship.core.duty.roster import Duty, Shift, check_rotation
from lightship.core.rules import Refused, millisecond
from lightship.store.duty import roster
from lightship.store.journal import structure
from lightship.store.journal.entry import By
from lightship.store.models import Feed, Override, Page, Rotation

FARTHEST = 366
"""Days: the longest override."""


def rotate(page: Page, new: core.Rotation, by: By, now: datetime, *, instead: Rotation | None = None) -> Rotation:
    """Add a rotation, in place of another one if that is given."""
    check_rotation(new)
    _check_people({member for window in new.windows for member in window.members})
    now = millisecond(now)
    with transaction.atomic():
        if instead:
            end(instead, by, now)
        return Rotation.objects.create(
            page=page,
            duty=new.duty,
            every=new.every,
            start=new.start,
            days=list(new.days),
            windows=roster.stored_windows(new.windows),
            made_at=now,
            made_by=by,
        )


def end(row: Rotation | Override | Feed, by: By, now: datetime) -> None:
    """It is no longer part of the roster. Refused where a colleague was quicker."""
    ended = type(row)._default_manager.filter(pk=row.pk, ended_at=None).update(ended_at=millisecond(now), ended_by=by)
    if not ended:
        raise Refused("A colleague changed it meanwhile: look at the roster again.")
    row.refresh_from_db()


def settle(page: Page, wanted: Sequence[core.Rotation], by: By, now: datetime) -> bool:
    """Make the rotations of a duty exactly these; False if they are."""
    rows = list(page.rotations.filter(ended_at=None, duty__in={rotation.duty for rotation in wanted}))
    if [replace(roster.rotation(row), made=None, ended=None) for row in rows] == list(wanted):
        return False
    with transaction.atomic():
        for row in rows:
            end(row, by, now)
        for rotation in wanted:
            rotate(page, rotation, by, now)
    return True


def override(page: Page, shift: Shift, by: By, now: datetime, *, swap: str = "") -> Override:
    """That person has the duty for that time, whatever else the roster says."""
    now = millisecond(now)
    if shift.ends <= shift.starts:
        raise Refused("It ends before it begins: set a later end.")
    if shift.ends <= now:
        raise Refused("That time is over: set an end that is still to come.")
    if (shift.ends - shift.starts).days > FARTHEST:
        raise Refused("An override lasts a year at most: make a rotation for what is to stay.")
    _check_people({shift.person})
    return Override.objects.create(
        page=page,
        duty=shift.duty,
        person_id=int(shift.person),
        starts=millisecond(shift.starts),
        ends=millisecond(shift.ends),
        swap=swap,
        made_at=now,
        made_by=by,
    )


def swap(page: Page, one: Shift, other: Shift, by: By, now: datetime) -> tuple[Override, Override]:
    """Two people exchange their shifts."""
    if one.person == other.person:
        raise Refused("Both shifts belong to the same person: choose one of somebody else's.")
    current = roster.shifts(page, now, max(one.ends, other.ends))
    if one not in current or other not in current:
        raise Refused("The roster has changed meanwhile: look at the shifts again.")
    pair = new_id()
    with transaction.atomic():
        first = override(page, replace(one, person=other.person), by, now, swap=pair)
        return first, override(page, replace(other, person=one.person), by, now, swap=pair)


def take_back(row: Override, by: By, now: datetime) -> None:
    """End an override, and the other half of its swap."""
    with transaction.atomic():
        pair = Override.objects.filter(page=row.page, swap=row.swap, ended_at=None).exclude(pk=row.pk) if row.swap else ()
        for half in [row, *pair]:
            end(half, by, now)


def staff(page: Page, hours: Iterable[Hours], by: By, now: datetime) -> bool:
    """Publish the hours in which somebody posts; none: always."""
    hours = tuple(hours)
    check_hours(hours)
    text = text_of(hours)
    if len(text) > 255:
        raise Refused("These hours make a text of more than 255 characters: use fewer lines.")
    policy = replace(Policy.of(page.policy), staffed=hours).stored()
    return structure.describe(page, {"staffed": text, "policy": policy}, by, now)


def _check_people(ids: Iterable[str]) -> None:
    able = {str(user.pk) for user in roster.writers()}
    if unable := set(ids) - able:
        names = User.objects.filter(pk__in=[int(pk) for pk in unable if pk.isdigit()]).values_list("username", flat=True)
        raise Refused(f"{', '.join(sorted(names)) or 'That account'} cannot write on this desk: choose somebody who can.")


def duty_of(name: str) -> Duty:
    """Refused for what is none."""
    try:
        return Duty(name)
    except ValueError:
        raise Refused(f"There is no duty {name!r}; there is {', '.join(Duty)}.") from None
