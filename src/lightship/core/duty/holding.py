"""Who holds a duty, which is not always whom the roster names: somebody may have taken it or passed it on, and while something
is open the roster's change waits until both sides have confirmed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lightship.core.duty.roster import Duty, Shift, on_duty

CONFIRMED = (Duty.WRITER, Duty.LEAD)
"""They have something in hand. Deputy and approver only stand by: the roster's change of these takes effect by itself."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pass:
    """A hand-over that took effect `at`: `person` has the duty from then on."""

    duty: Duty
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """The roster's change of a duty at `due`, not confirmed yet: `giver` still holds it."""

    duty: Duty
    giver: str
    taker: str
    due: datetime


def holders(shifts: Sequence[Shift], passes: Sequence[Pass], at: datetime, open_since: datetime | None) -> dict[Duty, str]:
    """Who holds each duty at a moment. `open_since`: from when on something was open all the time until then; None: nothing is.
    `shifts` reach back to that moment. A pass counts until the roster's next change, or while that is not confirmed."""
    named = on_duty(shifts, at)
    result: dict[Duty, str] = {}
    for duty in Duty:
        began = open_since if open_since and duty in CONFIRMED else at
        own = [shift for shift in shifts if shift.duty is duty]
        change = _last_change(own, began)
        passed = [act for act in passes if act.duty is duty and change <= act.at <= at]
        if passed:
            result[duty] = max(passed, key=lambda act: act.at).person
        elif person := on_duty(own, began).get(duty) or _first(own, began, at):
            result[duty] = person
    if Duty.WRITER in named and result.get(Duty.DEPUTY) == result.get(Duty.WRITER):
        # The deputy took the pen, or last shift's writer is to be deputy now: whom the roster has as writer stands by.
        result[Duty.DEPUTY] = named[Duty.WRITER]
    return result


def pending(shifts: Sequence[Shift], passes: Sequence[Pass], at: datetime, open_since: datetime | None) -> tuple[Pending, ...]:
    """The roster's changes that wait for both sides."""
    if open_since is None:
        return ()
    held, waiting = holders(shifts, passes, at, open_since), []
    for shift in (shift for shift in shifts if shift.duty in CONFIRMED and open_since < shift.starts <= at < shift.ends):
        settled = any(act.duty is shift.duty and shift.starts <= act.at <= at for act in passes)
        giver = held.get(shift.duty, "")
        if giver and giver != shift.person and not settled:
            waiting.append(Pending(shift.duty, giver, shift.person, shift.starts))
    return tuple(waiting)


def _last_change(own: Sequence[Shift], at: datetime) -> datetime:
    """When the roster changed this duty last: the begin of the shift at that moment, or the end of the one before."""
    starts = [shift.starts for shift in own if shift.starts <= at < shift.ends]
    return starts[0] if starts else max((shift.ends for shift in own if shift.ends <= at), default=_NEVER)


def _first(own: Sequence[Shift], since: datetime, until: datetime) -> str:
    """Where nobody held it when something opened, the first that the roster then names does: nobody could hand it over."""
    return next((shift.person for shift in own if since < shift.starts <= until), "")
