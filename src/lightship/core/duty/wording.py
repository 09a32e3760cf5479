"""What a nudge says: the time in the subject, then what it is about, what to do, and who is nudged next."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from lightship.core.duty.nudges import Due, Step

_ASK = {
    Step.WRITER: "You are to speak. Say what is known, even if it is little. Acknowledge this, or your deputy is nudged next.",
    Step.DEPUTY: "Nobody has said yet that they are on it: you are next.",
    Step.LATE: "The promise is broken, and readers see that it is. See to it that somebody speaks.",
    Step.ALL: "Nobody has spoken. Whoever reads this first: say that you are on it, and speak.",
}


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """`14:30 CET`; the day too, where it is another than today's."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    return f"{local:%H:%M %Z}" if local.date() == today.date() else f"{local:%H:%M %Z on %d %b}"


def subject(nudge: Due, zone: tzinfo, now: datetime) -> str:
    first = nudge.first
    when = moment(first.due, zone, now)
    what = "first word" if first.first_word else "update"
    head = f"{what.capitalize()} by {when}" if first.due > now else f"LATE: {what} was due {when}"
    others = f", and {len(nudge.clocks) - 1} more" if len(nudge.clocks) > 1 else ""
    practice = "Practice. " if first.practice else ""
    return f"{practice}{head}: {first.name}{others}"


def body(nudge: Due, page: str, zone: tzinfo, now: datetime) -> str:
    return "\n".join((*_lines(nudge, zone, now), "", _ASK[nudge.step], "", f"{page}, {moment(now, zone, now)}"))


def _lines(nudge: Due, zone: tzinfo, now: datetime) -> Iterator[str]:
    if nudge.first.practice:
        yield "This is practice: nothing is broken, and readers see nothing of it."
        yield ""
    for clock in nudge.clocks:
        yield clock.name
        what = "First word" if clock.first_word else "Next update"
        last = f"Last word {moment(clock.since, zone, now)}." if clock.since else "Nobody has said anything yet."
        late = "" if clock.due > now else f", {int((now - clock.due).total_seconds() // 60)} min late"
        yield f"{what} due {moment(clock.due, zone, now)}{late}. {last}"
