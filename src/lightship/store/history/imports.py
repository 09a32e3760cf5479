"""What an importer read becomes rows of a page."""

from datetime import datetime

from django.db import transaction

from lightship.importers import Imported
from lightship.store.history.load import Loaded, adopt, load
from lightship.store.history.ownership import History
from lightship.store.journal import structure
from lightship.store.models import Page


def take_in(page: Page, imported: Imported, now: datetime) -> Loaded:
    """All of it or, with a JournalError, nothing. A page that is still empty takes name and numbers too."""
    with transaction.atomic():
        if imported.page and not page.incidents.exists() and not page.components.exists():
            if imported.revision:
                page = adopt(page, imported.page)
            else:
                name = imported.page.name.strip()[:255] or page.name
                wordings = {"name": name, "time_zone": imported.page.time_zone, "description": imported.page.description}
                structure.describe(page, wordings, None, now)
        return add(page, imported, now)


def add(page: Page, imported: Imported, now: datetime) -> Loaded:
    """Only what the page does not hold yet."""
    # A page takes the numbers of its own state, never those of another page's.
    own = imported.page is not None and imported.page.id == page.pk
    history = History(
        groups=imported.groups,
        components=imported.components,
        incidents=imported.incidents,
        status_changes=imported.status_changes,
        revision=imported.revision if own else 0,
        epoch=imported.epoch if own else 0,
        updated_at=imported.page.updated_at if imported.page else None,
    )
    return load(page, history, None, now)
