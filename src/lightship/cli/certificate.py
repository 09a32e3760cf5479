"""certificate: show the page's certificate, and order a new one at once."""

import click

from lightship.certificates import CertFolder, Outcome, due, keep
from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, utc_now
from lightship.config import CertificateConfig, PageConfig
from lightship.zones import open_zone


@click.group(invoke_without_command=True)
@page_option
@json_option
@click.pass_context
def certificate(context: click.Context) -> None:
    """The certificate for the page's name, which the worker renews and brings to every host.

    \b
    lightship certificate
    lightship certificate renew
    """
    if context.invoked_subcommand:
        return
    _, wanted, folder = _page(context.obj)
    installed = folder.installed()
    places = {name: installed[name]["words"] if name in installed else "not installed yet" for name in wanted.install}
    outcome = Outcome(certificate=folder.certificate(), reason=folder.state().reason, places=places)
    _answer(context.obj, outcome, wanted, folder)


@certificate.command()
@click.option("--force", is_flag=True, help="A new one even if the one there is has time left.")
@pass_app
def renew(app: App, force: bool) -> None:
    """Order one if one is due, and install it where it is missing: now, whatever failed a moment ago. Needs no database.

    \b
    lightship certificate renew
    lightship certificate renew --force
    """
    page, wanted, folder = _page(app)
    assert page.zone
    zone = open_zone(page.zone)
    if force or due(folder.certificate(), wanted.names, utc_now()):
        click.echo(f"ordering one for {', '.join(wanted.names)}; this takes up to some minutes", err=True)
    outcome = keep(wanted, zone, folder.folder, utc_now(), by_hand=True, force=force)
    if outcome is None:
        raise Refused("the worker is at it right now: wait a moment, then look with `lightship certificate`")
    _answer(app, outcome, wanted, folder)


def _page(app: App) -> tuple[PageConfig, CertificateConfig, CertFolder]:
    config = app.config()
    page = config.page(app.slug)
    if page.certificate is None:
        raise Refused(f"{config.path} has no [pages.{page.slug}.certificate]: see docs/operate/certificates.md")
    return page, page.certificate, CertFolder(config.base / "certificates" / page.slug)


def _answer(app: App, outcome: Outcome, wanted: CertificateConfig, folder: CertFolder) -> None:
    """Exit status 1 unless there is one with time left, and every place has it."""
    now, certificate = utc_now(), outcome.certificate
    due_why = due(certificate, wanted.names, now)
    reason = outcome.reason or due_why
    lines = []
    if certificate:
        names, left = ", ".join(certificate.names), (certificate.until - now).days
        lines.append(f"{names}: until {certificate.until:%Y-%m-%d %H:%M} UTC, {left} days, {folder.chain}")
    if reason:
        lines.append(f"no new certificate: {reason}")
    lines += [f"{place}: {error or 'has it'}" for place, error in outcome.places.items()]
    failed = bool(reason) or any(outcome.places.values())
    app.say("\n".join(lines), {**outcome.facts, "due": due_why}, failed=failed)
