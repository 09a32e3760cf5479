"""post, update, resolve: speak from the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from lightship.cli import compose
from lightship.cli.compose import component_option, ended_option, facts_options, incident_option, state_option
from lightship.cli.reached import tell_posted, wait_option
from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, utc_now, who_types
from lightship.config import PageConfig
from lightship.core import model as core
from lightship.core.updates import NewUpdate

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from lightship.store.models import Page

by_option = click.option("--by", metavar="ACCOUNT", help="Whose words these are. Default: the account named like you.")


@click.command()
@click.argument("name")
@click.argument("body", default="")
@component_option
@facts_options
@by_option
@page_option
@wait_option
@json_option
@pass_app
def post(
    app: App,
    /,
    name: str,
    body: str,
    components: Sequence[str],
    by: str | None,
    slug: str | None,
    no_wait: bool,
    as_json: bool,
    **facts: Any,
) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    config, page, shot = _page(app, slug)
    from lightship.store import journal  # after Django is set up

    now = utc_now()
    opening = compose.opening(shot, name, compose.text(body), components, facts, now)
    try:
        incident = journal.open_incident(page, opening, _author(by), now)
    except journal.JournalError as error:
        raise Refused(str(error)) from error
    tell_posted(config, page, incident.pk, incident.name, no_wait=no_wait, as_json=as_json)


@click.command()
@click.argument("body")
@incident_option
@state_option
@component_option
@facts_options
@by_option
@page_option
@wait_option
@json_option
@pass_app
def update(
    app: App,
    /,
    body: str,
    incident_id: str | None,
    state: str | None,
    components: Sequence[str],
    by: str | None,
    slug: str | None,
    no_wait: bool,
    as_json: bool,
    **facts: Any,
) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """
    config, page, shot = _page(app, slug)
    incident = _chosen(page, shot, incident_id)
    new = compose.update(shot, incident, compose.text(body), state, components, facts, utc_now())
    _say(config, page, incident, new, by, no_wait=no_wait, as_json=as_json)


@click.command()
@click.argument("body", default="")
@incident_option
@ended_option
@facts_options
@by_option
@page_option
@wait_option
@json_option
@pass_app
def resolve(
    app: App,
    /,
    body: str,
    incident_id: str | None,
    ended: str | None,
    by: str | None,
    slug: str | None,
    no_wait: bool,
    as_json: bool,
    **facts: Any,
) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed storage controller."
    """
    config, page, shot = _page(app, slug)
    incident = _chosen(page, shot, incident_id)
    new = compose.end(incident, compose.text(body), ended, facts, utc_now())
    _say(config, page, incident, new, by, no_wait=no_wait, as_json=as_json)


def _page(app: App, slug: str | None) -> "tuple[PageConfig, Page, core.Snapshot]":
    """The page's configuration, its row, and the page as its readers have it."""
    config, page = app.page(slug)
    from lightship.store.read import snapshot  # after Django is set up

    return config, page, snapshot.take(page, config.url, (), utc_now())


def _chosen(page: "Page", shot: core.Snapshot, incident_id: str | None) -> core.Incident:
    from lightship.store.read import rows  # after Django is set up

    def find(id: str) -> core.Incident | None:
        return next(iter(rows.incidents(page.incidents.filter(pk=id))), None)

    return compose.chosen(shot, incident_id, find, "post")


def _author(by: str | None) -> "User | None":
    """Who speaks: the account named with --by, or the one named as the person at this terminal; else nobody by name."""
    from django.contrib.auth.models import User  # after Django is set up

    user = User.objects.filter(username=by or who_types()).first()
    if by and user is None:
        raise Refused(f"there is no account {by!r}")
    return user


def _say(
    config: PageConfig, page: "Page", incident: core.Incident, new: NewUpdate, by: str | None, *, no_wait: bool, as_json: bool
) -> None:
    from lightship.store import journal  # after Django is set up

    try:
        journal.update(page.incidents.get(pk=incident.id), new, _author(by), utc_now())
    except journal.JournalError as error:
        raise Refused(str(error)) from error
    tell_posted(config, page, incident.id, incident.name, no_wait=no_wait, as_json=as_json)
