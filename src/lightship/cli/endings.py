"""withdraw, merge: an incident that should not have been one, or not one of its own."""

from typing import TYPE_CHECKING, Any

import click

from lightship.cli import compose
from lightship.cli.shared import App, Refused, pass_app, refusing, utc_now
from lightship.cli.speak import author, chosen_row, page_now, posting_options, tell_posted

if TYPE_CHECKING:
    from lightship.store.models import Incident, Page


@click.command()
@click.argument("reason")
@compose.incident_option
@posting_options
@pass_app
def withdraw(app: App, /, reason: str, **options: Any) -> None:
    """End an incident that was posted by mistake. It then counts in no bar and no impact; its updates and the REASON stay to be
    read, and nothing can be posted to it.

    \b
    lightship withdraw "It was meant for a test." --incident 4k2m9x7c1p0q
    """
    config, page, snapshot = page_now(app)
    from lightship.store import journal  # after Django is set up

    row = chosen_row(page, snapshot, options["incident_id"])
    with refusing(journal.JournalError):
        journal.withdraw(row, compose.text(reason), author(options["by"]), utc_now())
    tell_posted(app, config, page, row, "withdrawn", wait=not options["no_wait"])


@click.command()
@click.argument("incident")
@click.argument("into")
@posting_options
@pass_app
def merge(app: App, /, incident: str, into: str, **options: Any) -> None:
    """End INCIDENT as a part of INTO (both by id), which goes on and takes over what it holds. Its updates stay, and its page
    leads to the other one.

    \b
    lightship merge 4k2m9x7c1p0q 8w3n5t6b2v0r
    """
    config, page, _ = page_now(app)
    from lightship.store import journal  # after Django is set up

    ended, other = _row(page, incident), _row(page, into)
    with refusing(journal.JournalError):
        journal.merge(ended, other, author(options["by"]), utc_now())
    tell_posted(app, config, page, ended, f"merged into {other.name}", wait=not options["no_wait"])


def _row(page: "Page", id: str) -> "Incident":
    row = page.incidents.filter(pk=id).first()
    if row is None:
        raise Refused(f"there is no incident {id!r} on this page")
    return row
