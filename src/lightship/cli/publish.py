"""publish, hosts: bring the hosts to what the desk says, and see what they serve."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import click

from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, say, utc_now
from lightship.config import HostConfig, PageConfig
from lightship.core.site.receipt import Receipt, Verdict
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Stranger, audit
from lightship.signing import SigningKey

if TYPE_CHECKING:
    from lightship.store.models import Page


@click.command()
@click.option("--host", "names", multiple=True, metavar="NAME", help="Only this host. May be repeated.")
@click.option("--force", is_flag=True, help="Put every file again, and take over a place that held something else.")
@page_option
@json_option
@pass_app
def publish(app: App, names: Sequence[str], force: bool, slug: str | None, as_json: bool) -> None:
    """Make every host hold the newest revision, and prove it. The worker does so by itself; this is for when it does not run.

    \b
    lightship publish --host vienna
    """
    config, page = app.page(slug)
    made = bring(config, page, _chosen(config, names), force=force)
    lines = [_line(r.host, r.verdict, r.read.revision if r.read else 0, r.reason, f"{r.milliseconds} ms") for r in made]
    say("\n".join(lines), [receipt.facts() for receipt in made], as_json=as_json)
    if not all(receipt.proven for receipt in made):
        raise click.exceptions.Exit(1)


def bring(config: PageConfig, page: "Page", hosts: Sequence[HostConfig], *, force: bool = False) -> Sequence[Receipt]:
    """Make those hosts hold the newest revision, from here; what became of it is kept for the desk to show."""
    from lightship.store import receipts  # after Django is set up
    from lightship.worker.current import open_host, truth_of

    rendering, publisher = Rendering(truth_of(page, config, utc_now())), Publisher(SigningKey(config.key), utc_now, Stranger())
    made = asyncio.run(publisher.publish(rendering, [open_host(host) for host in hosts], force=force))
    for receipt in made:
        receipts.record(page, receipt)
    return made


@click.group(invoke_without_command=True)
@page_option
@json_option
@click.pass_context
def hosts(context: click.Context, slug: str | None, as_json: bool) -> None:
    """What each host was last found to serve.

    \b
    lightship hosts
    lightship hosts check --whole
    """
    context.meta["hosts"] = (slug, as_json)
    if context.invoked_subcommand:
        return
    config, page = context.ensure_object(App).page(slug)
    from lightship.store import receipts  # after Django is set up

    rows = {host.name: receipts.newest(page, host.name) for host in config.hosts}
    lines = [
        _line(name, row.verdict, row.revision, row.reason, f"since {row.at:%H:%M} UTC, seen {row.seen_at:%H:%M:%S} UTC")
        if row
        else f"{name}: nothing was ever published there"
        for name, row in rows.items()
    ]
    facts = [
        {
            "host": name,
            "verdict": row.verdict,
            "revision": row.revision,
            "words": row.reason,
            "at": row.at,
            "seen_at": row.seen_at,
        }
        for name, row in rows.items()
        if row
    ]
    say("\n".join(lines), facts, as_json=as_json)


@hosts.command()
@click.option("--whole", is_flag=True, help="Every page of the history too, not only the front set.")
@click.pass_context
def check(context: click.Context, whole: bool) -> None:
    """Read each host as a stranger, and compare all of it with its signed manifest. Needs no database."""
    slug, as_json = context.meta["hosts"]
    app = context.ensure_object(App)
    config = app.config().page(slug)
    stranger, signing_key = app.stranger(), SigningKey(config.key)
    with ThreadPoolExecutor(len(config.hosts)) as pool:  # one that does not answer holds up none
        audits = pool.map(lambda host: list(audit(stranger, host.url, signing_key.verify, whole=whole)), config.hosts)
        faults = dict(zip((host.name for host in config.hosts), audits, strict=True))
    lines = [f"{name}: {'; '.join(wrong[:20]) or 'as its manifest says'}" for name, wrong in faults.items()]
    say("\n".join(lines), faults, as_json=as_json)
    if any(faults.values()):
        raise click.exceptions.Exit(1)


def _line(name: str, verdict: str, revision: int, words: str, more: str) -> str:
    serves = (f" at revision {revision}" if verdict == Verdict.PROVEN else f", serves revision {revision}") if revision else ""
    return f"{name}: {verdict}{serves} ({more}){': ' + words if words else ''}"


def _chosen(config: PageConfig, names: Sequence[str]) -> Sequence[HostConfig]:
    known = {host.name: host for host in config.hosts}
    if unknown := set(names) - set(known):
        raise Refused(f"there is no host {', '.join(sorted(unknown))}; there is {', '.join(known)}")
    return [known[name] for name in names] if names else config.hosts
