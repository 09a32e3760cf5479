"""post, update, resolve: speak from the terminal."""

from typing import TYPE_CHECKING, Any

import click

from lightship.cli import compose
from lightship.cli.compose import Composed, end_options, in_order, opening_options, update_options
from lightship.cli.reached import tell_posted, wait_option
from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, refusing, utc_now, who_types
from lightship.config import PageConfig
from lightship.core.model import Incident, Snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from lightship.store.models import Page

by_option = click.option("--by", metavar="ACCOUNT", help="Whose words these are. Default: the account named like you.")
posting_options = in_order(by_option, page_option, wait_option, json_option)


@click.command()
@click.argument("name")
@click.argument("body", default="")
@opening_options
@posting_options
@pass_app
def post(app: App, /, name: str, body: str, **options: Any) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    config, page, snapshot = _page(app)
    from lightship.store.journal import JournalError, open_incident  # after Django is set up

    now = utc_now()
    new = compose.opening(snapshot, name, compose.text(body), options, now)
    with refusing(JournalError):
        incident = open_incident(page, new, _author(options["by"]), now)
    tell_posted(app, config, page, incident.pk, incident.name, wait=not options["no_wait"])


@click.command()
@click.argument("body")
@update_options
@posting_options
@pass_app
def update(app: App, /, body: str, **options: Any) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """
    _add(app, compose.update, body, options)


@click.command()
@click.argument("body", default="")
@end_options
@posting_options
@pass_app
def resolve(app: App, /, body: str, **options: Any) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed storage controller."
    """
    _add(app, compose.end, body, options)


def _page(app: App) -> "tuple[PageConfig, Page, Snapshot]":
    config, page = app.page()
    from lightship.store.read import snapshot  # after Django is set up

    return config, page, snapshot.take(page, config.url, (), utc_now())


def _add(app: App, composed: Composed, body: str, options: dict[str, Any]) -> None:
    """One more update of the incident that was named, or of the only one that is open."""
    config, page, snapshot = _page(app)
    from lightship.store import journal  # after Django is set up
    from lightship.store.read import rows

    def find(id: str) -> Incident | None:
        return next(iter(rows.incidents(page.incidents.filter(pk=id))), None)

    incident = compose.chosen(snapshot, options["incident_id"], "post", find)
    new = composed(snapshot, incident, compose.text(body), options, utc_now())
    with refusing(journal.JournalError):
        journal.update(page.incidents.get(pk=incident.id), new, _author(options["by"]), utc_now())
    tell_posted(app, config, page, incident.id, incident.name, wait=not options["no_wait"])


def _author(by: str | None) -> "User | None":
    """The account named with --by, or the one named as the person at this terminal; else nobody."""
    from django.contrib.auth.models import User  # after Django is set up

    user = User.objects.filter(username=by or who_types()).first()
    if by and user is None:
        raise Refused(f"there is no account {by!r}")
    return user
