"""certificate: what the page's certificate is, and a new one at once."""

import click

from lightship.certificates import CertFolder, Outcome, due, keep
from lightship.cli.shared import App, Chosen, Refused, chosen, json_option, page_option, say, utc_now
from lightship.config import CertificateConfig, Config, PageConfig
from lightship.zones import open_zone


@click.group(invoke_without_command=True)
@page_option
@json_option
@click.pass_context
def certificate(context: click.Context, slug: str | None, as_json: bool) -> None:
    """The certificate for the page's name, which the worker renews and brings to every host.

    \b
    lightship certificate
    lightship certificate renew
    """
    context.obj = Chosen(context.ensure_object(App), slug, as_json)
    if context.invoked_subcommand:
        return
    config, page, wanted = _page(context.obj)
    shelf = CertFolder(config.base / "certificates" / page.slug)
    held, places = (
        shelf.certificate(),
        {name: app["words"] for name, app in shelf.installed().items() if name in wanted.install},
    )
    missing = dict.fromkeys(wanted.install, "not installed yet")
    _answer(
        Outcome(certificate=held, reason=shelf.state().reason, places={**missing, **places}), wanted, shelf, as_json=as_json
    )


@certificate.command()
@click.option("--force", is_flag=True, help="A new one even if the one there is has time left.")
@chosen
def renew(chosen: Chosen, force: bool) -> None:
    """Order one if one is due, and install it where it is missing: now, whatever failed a moment ago. Needs no database.

    \b
    lightship certificate renew
    lightship certificate renew --force
    """
    config, page, wanted = _page(chosen)
    assert page.zone
    shelf = CertFolder(config.base / "certificates" / page.slug)
    zone = open_zone(page.zone)
    if force or due(shelf.certificate(), wanted.names, utc_now()):
        click.echo(f"ordering one for {', '.join(wanted.names)}; this takes up to some minutes", err=True)
    outcome = keep(wanted, zone, shelf.folder, utc_now(), by_hand=True, force=force)
    if outcome is None:
        raise Refused("the worker is at it right now: wait a moment, then look with `lightship certificate`")
    _answer(outcome, wanted, shelf, as_json=chosen.as_json)


def _page(chosen: Chosen) -> tuple[Config, PageConfig, CertificateConfig]:
    config = chosen.app.config()
    page = config.page(chosen.slug)
    if page.certificate is None:
        raise Refused(f"{config.path} has no [pages.{page.slug}.certificate]: see docs/operate/certificates.md")
    return config, page, page.certificate


def _answer(outcome: Outcome, wanted: CertificateConfig, shelf: CertFolder, *, as_json: bool) -> None:
    """Exit status 1 unless there is one with time left, and every place has it."""
    now, held = utc_now(), outcome.certificate
    why = outcome.reason or due(held, wanted.names, now)
    lines = []
    if held:
        lines.append(
            f"{', '.join(held.names)}: until {held.until:%Y-%m-%d %H:%M} UTC, {(held.until - now).days} days, {shelf.chain}"
        )
    if why:
        lines.append(f"no new certificate: {why}")
    lines += [f"{place}: {words or 'has it'}" for place, words in outcome.places.items()]
    say("\n".join(lines), {**outcome.facts, "due": due(held, wanted.names, now)}, as_json=as_json)
    if why or any(outcome.places.values()):
        raise click.exceptions.Exit(1)
