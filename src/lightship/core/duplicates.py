"""What was posted already: the same words, an incident of the same title, and components in which something is open."""

from collections.abc import Container, Iterable
from dataclasses import fields
from datetime import datetime, timedelta

from lightship.core.model import Facts, Incident, Update
from lightship.core.updates import NewUpdate

RETRY = timedelta(minutes=2)
"""The same content from the same author within it is one post that was sent twice: it gets the first one's answer."""
REPEAT = timedelta(minutes=10)
"""The same words in one incident, or another incident of one title, within it are a slip."""


def same_words(incident: Incident, body: str, now: datetime) -> Update | None:
    """The newest update that says the same. Whoever writes nothing repeats nobody."""
    own = _plain(body)
    if not own:
        return None
    newest_first = sorted(incident.updates, key=lambda update: update.created_at, reverse=True)
    same = (update for update in newest_first if any(_plain(wording.body) == own for wording in update.wordings))
    return next((update for update in same if now - update.created_at <= REPEAT), None)


def same_title(incidents: Iterable[Incident], name: str, now: datetime) -> Incident | None:
    """The newest of `incidents` with this title that is open, or was opened just now."""
    own = _plain(name).casefold()
    alike = (i for i in incidents if _plain(i.name).casefold() == own and not i.withdrawn and not i.merged_into)
    running = (incident for incident in alike if not incident.ended or now - opened_at(incident) <= REPEAT)
    return max(running, key=opened_at, default=None)


def opened_at(incident: Incident) -> datetime:
    """When its first update was written, whatever date it was given."""
    return min(update.created_at for update in incident.updates)


def is_retry(update: Update, new: NewUpdate, now: datetime) -> bool:
    """Whether `new` is `update` sent again. Times that were counted from the moment of posting may differ by as much."""
    first = update.wordings[0]
    levels = {change.component_id: change.new for change in update.changes or ()}
    return (
        now - update.created_at <= RETRY
        and update.status is new.status
        and _plain(first.body) == _plain(new.body)
        and all(levels.get(key) is level for key, level in (new.statuses or {}).items())
        and all(_alike(getattr(first.facts, item.name), getattr(new.facts, item.name)) for item in fields(Facts))
    )


def overlapping(incidents: Iterable[Incident], components: Container[str]) -> tuple[Incident, ...]:
    """Those of the open `incidents` that touch any of these components."""
    return tuple(incident for incident in incidents if any(part.id in components for part in incident.components))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _alike(first: object, second: object) -> bool:
    if isinstance(first, datetime) and isinstance(second, datetime):
        return abs(second - first) <= RETRY
    return first == second
