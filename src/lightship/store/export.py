"""Everything of a page in open formats: the public state as hosts have it, the journal, and the scorecard."""

from collections.abc import Iterator
from datetime import datetime

from lightship.config import PageConfig
from lightship.core import wire
from lightship.core.duty import sheet
from lightship.core.duty.scorecard import ALWAYS
from lightship.core.site import state
from lightship.store import columns, models
from lightship.store.read import scorecard
from lightship.store.read.snapshot import Truth


def files(page: models.Page, config: PageConfig, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Path below the folder, and bytes; the same paths as on a host, so that either can be read back."""
    truth = Truth(page, config.url, (), now)
    yield state.STATE_PATH, state.state_out(state.state_of(truth.snapshot))
    for name, _ in truth.snapshot.months:
        yield state.archive_path(name), state.archive_out(truth.month(name))
    yield from _scorecard(page, now)
    entries = page.entries.exclude(revision=None).select_related("author").order_by("revision")
    yield "journal.jsonl", b"".join(_line(entry) for entry in entries)


def _scorecard(page: models.Page, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Of every month since the first, without practice. It is derived: an import does not read it."""
    cards = tuple(scorecard.cards(page, ALWAYS, now, practice=False).values())
    first = min((card.began_at for card in cards), default=now)
    document = sheet.document(cards, sheet.months_since(first, now), now)
    yield "scorecard.json", wire.canonical(document)
    yield "scorecard.csv", sheet.incident_table(document["incidents"]).encode()


def _line(entry: models.Entry) -> bytes:
    author = entry.author.get_username() if entry.author else None
    facts = {"at": wire.stamp(entry.at), "author": author, "deed": entry.action}
    return wire.canonical(facts | columns.values(entry, ("revision", "subject", "name"))) + b"\n"
