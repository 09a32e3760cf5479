"""Make the roster as an apply file says: the rotations of each duty that it names are then exactly those."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from lightship.config.apply_file import WantedPage
from lightship.config.apply_roster import WantedHours, WantedRotation, numbers
from lightship.core.duty import roster as core
from lightship.core.duty.calendar import person_of
from lightship.core.duty.hours import Hours
from lightship.core.duty.roster import Window
from lightship.core.rules import Refused
from lightship.store.duty import changes, roster
from lightship.store.models import Page


def apply(page: Page, want: WantedPage, now: datetime) -> Iterator[str]:
    """What was done, one line an action."""
    if want.staffed is not None and changes.staff(page, [_hours(line, page) for line in want.staffed], None, now):
        yield f"published staffed hours: {page.staffed or 'always'}"
    if want.rotation:
        accounts = roster.people()
        people = {name: person_of([name.lower()], accounts, {}) for name in _members(want.rotation)}
        rotations = sorted((_rotation(rotation, page, people) for rotation in want.rotation), key=lambda one: one.duty)
        for duty, own in groupby(rotations, key=lambda one: one.duty):
            if changes.settle(page, list(own), None, now):
                yield f"made the {duty}'s rotation"


def _members(rotations: Sequence[WantedRotation]) -> set[str]:
    return {name for rotation in rotations for window in rotation.windows for name in window.members}


def _rotation(want: WantedRotation, page: Page, people: Mapping[str, str]) -> core.Rotation:
    if unknown := sorted(name for window in want.windows for name in window.members if not people[name]):
        raise Refused(f"No account that can write is called {', '.join(unknown)}: make it with `lightship account NAME`.")
    windows = tuple(
        Window(
            begins=window.at,
            zone=window.zone or page.time_zone,
            members=tuple(people[name] for name in window.members),
            until=window.until,
        )
        for window in want.windows
    )
    return core.Rotation(duty=want.duty, every=want.every, start=want.start, days=numbers(want.days), windows=windows)


def _hours(line: WantedHours, page: Page) -> Hours:
    return Hours(days=numbers(line.days), begins=line.begins, until=line.until, zone=line.zone or page.time_zone)
