"""Make rows of a page from what an importer read."""

from datetime import datetime

from django.db import transaction

from lightship.core.site.versions import VersionVector
from lightship.importers import Imported
from lightship.store.history.load import Loaded, adopt, load
from lightship.store.history.ownership import History
from lightship.store.journal import structure
from lightship.store.journal.entry import By
from lightship.store.models import Page


def take_in(page: Page, imported: Imported, now: datetime) -> Loaded:
    """All of it or, with a JournalError, nothing. A page that is still empty takes name and numbers too."""
    with transaction.atomic():
        source = imported.page
        if source and not page.incidents.exists() and not page.components.exists():
            if imported.revision:
                page = adopt(page, source)
            else:
                name = source.name.strip()[:255] or page.name
                fields = {"name": name, "time_zone": source.time_zone, "description": source.description}
                structure.describe(page, fields, None, now)
        return add(page, imported, now)


def add(page: Page, imported: Imported, now: datetime, *, vector: VersionVector | None = None, by: By = None) -> Loaded:
    """Only what the page does not hold yet. `vector`: of the state that it is, where that is known."""
    # A page takes the numbers of its own state, never those of another page's.
    own = imported.page is not None and imported.page.id == page.pk
    history = History(
        groups=imported.groups,
        components=imported.components,
        incidents=imported.incidents,
        status_changes=imported.status_changes,
        revision=imported.revision if own else 0,
        epoch=imported.epoch if own else 0,
        vector=vector or {},
        updated_at=imported.page.updated_at if imported.page else None,
    )
    return load(page, history, by, now)
