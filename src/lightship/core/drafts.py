"""An update before it is posted: its promise and its text where the author left them to us, and what clarity is asked of it.
Desk and terminal ask this, so that the text names the time that is promised in the end."""

from dataclasses import replace
from datetime import datetime, timedelta

from lightship.core import updates
from lightship.core.clarity import Draft, guess
from lightship.core.compose import compose
from lightship.core.duty.policy import Policy
from lightship.core.duty.promises import interval
from lightship.core.model import ENDED, ComponentStatus, Impact, Incident
from lightship.core.rules import Refused, millisecond
from lightship.core.updates import NewIncident, NewUpdate, PageNow

_ID = "draft0000000"


def drafted(
    page: PageNow, incident: Incident | None, new: NewUpdate, now: datetime, impact: Impact | None = None
) -> tuple[NewUpdate, Draft]:
    """The update with its promise and, where its body is empty, with the text composed of its facts; and the draft of it.
    `incident`: that it is added to; None for a first one, whose `impact` may be set by hand."""
    now = millisecond(now)  # as it will be when this is written: else a promise of the interval would be longer than it
    new = replace(new, facts=replace(new.facts, next_update=promise(page, incident, new, now, impact)), promise_usual=False)
    named = {*(new.statuses or {}), *(part.id for part in (incident.components if incident else ()))}
    names = [part.name for part in page.components if part.id in named]
    composed = not new.body.strip()
    if composed:
        template = page.policy.templates.get(new.status, "") if page.policy else ""
        new = replace(new, body=compose(new.facts, new.status, names, template, now=now))
    draft = Draft(
        body=new.body,
        status=new.status,
        facts=new.facts,
        components=tuple(names),
        all_components=tuple(part.name for part in page.components if not part.retired),
        working=_working(page, new, now),
        before=incident,
        language="en" if composed else guess(new.body),  # ours is English, and too terse to be guessed
        now=now,
    )
    return new, draft


def promise(
    page: PageNow, incident: Incident | None, new: NewUpdate, now: datetime, impact: Impact | None = None
) -> datetime | None:
    """When the update promises the next one; where it asks for the usual, one interval after it, as it leaves the incident."""
    if new.status in ENDED or not new.promise_usual:
        return None if new.status in ENDED else new.facts.next_update
    policy = page.policy or Policy()
    try:
        bare = replace(new, body="", promise_usual=False, facts=replace(new.facts, next_update=None))
        if incident:
            after = updates.added(page, incident, bare, _ID, now)
        else:
            after = updates.opened(page, NewIncident(name="-", update=bare, impact=impact), _ID, _ID, now)
        return now + interval(after, page.promise_minutes, policy)
    except Refused:  # it will be refused when it is posted
        return now + (interval(incident, page.promise_minutes, policy) if incident else timedelta(minutes=page.promise_minutes))


def _working(page: PageNow, new: NewUpdate, now: datetime) -> tuple[str, ...]:
    """The components that work once this is posted."""
    stated = new.statuses or {}
    live = [part for part in page.components if not part.retired]
    levels = {part.id: stated.get(part.id) or page.timeline.shown(part.id, now) for part in live}
    return tuple(part.name for part in live if levels[part.id] is ComponentStatus.OPERATIONAL)
