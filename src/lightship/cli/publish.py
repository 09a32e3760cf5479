"""publish, hosts: bring the hosts to the newest revision, and see what they serve."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import click

from lightship.cli.shared import App, json_option, page_option, pass_app, refuse_unknown, utc_now
from lightship.config import HostConfig, PageConfig
from lightship.core.site.receipt import Receipt, Verdict
from lightship.publishing.publish import Publisher
from lightship.publishing.read_only import open_host
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier, audit
from lightship.signing import SigningKey

if TYPE_CHECKING:
    from lightship.store.models import Page


@click.command()
@click.option("--host", "names", multiple=True, metavar="NAME", help="Only this host. May be repeated.")
@click.option("--force", is_flag=True, help="Put every file again, and take over a place that held something else.")
@page_option
@json_option
@pass_app
def publish(app: App, names: Sequence[str], force: bool) -> None:
    """Make every host hold the newest revision, and prove it. The worker does so by itself; this is for when it does not run.

    \b
    lightship publish --host vienna
    """
    config, page = app.page()
    known = {host.name: host for host in config.hosts}
    refuse_unknown("host", names, known)
    hosts = [known[name] for name in names] if names else config.hosts
    receipts = bring(config, page, hosts, app.reader(), force=force)
    lines = [_line(r.host, r.verdict, r.read.revision if r.read else 0, r.reason, f"{r.milliseconds} ms") for r in receipts]
    failed = not all(receipt.proven for receipt in receipts)
    app.say("\n".join(lines), [receipt.facts() for receipt in receipts], failed=failed)


def bring(
    config: PageConfig, page: "Page", hosts: Sequence[HostConfig], reader: Verifier, *, force: bool = False
) -> Sequence[Receipt]:
    """Make those hosts hold the newest revision, from here. The receipts are recorded for the desk to show."""
    from lightship.store.receipts import record  # after Django is set up
    from lightship.worker.current import truth_of

    rendering = Rendering(truth_of(page, config, utc_now()))
    publisher = Publisher(SigningKey(config.key), utc_now, reader)
    receipts = asyncio.run(publisher.publish(rendering, [open_host(host) for host in hosts], force=force))
    for receipt in receipts:
        record(page, receipt)
    return receipts


@click.group(invoke_without_command=True)
@page_option
@json_option
@click.pass_context
def hosts(context: click.Context) -> None:
    """What each host was last found to serve.

    \b
    lightship hosts
    lightship hosts check --whole
    """
    if context.invoked_subcommand:
        return
    config, page = context.obj.page()
    from lightship.store import receipts  # after Django is set up

    lines, facts = [], []
    for host in config.hosts:
        row = receipts.newest(page, host.name)
        if row is None:
            lines.append(f"{host.name}: nothing was ever published there")
            continue
        more = f"since {row.at:%H:%M} UTC, seen {row.seen_at:%H:%M:%S} UTC"
        lines.append(_line(host.name, row.verdict, row.revision, row.reason, more))
        fact = {"host": host.name, "verdict": row.verdict, "revision": row.revision, "words": row.reason}
        facts.append({**fact, "at": row.at, "seen_at": row.seen_at})
    context.obj.say("\n".join(lines), facts)


@hosts.command()
@click.option("--whole", is_flag=True, help="Every page of the history too, not only the front set.")
@pass_app
def check(app: App, whole: bool) -> None:
    """Read each host as a stranger, and compare all of it with its signed manifest. Needs no database."""
    config = app.config().page(app.slug)
    reader, signing_key = app.reader(), SigningKey(config.key)
    with ThreadPoolExecutor(len(config.hosts)) as pool:  # a slow host holds up no other
        audits = pool.map(lambda host: list(audit(reader, host.url, signing_key.verify, whole=whole)), config.hosts)
        faults = dict(zip((host.name for host in config.hosts), audits, strict=True))
    lines = [f"{name}: {'; '.join(wrong[:20]) or 'as its manifest says'}" for name, wrong in faults.items()]
    app.say("\n".join(lines), faults, failed=any(faults.values()))


def _line(name: str, verdict: str, revision: int, reason: str, more: str) -> str:
    serves = (f" at revision {revision}" if verdict == Verdict.PROVEN else f", serves revision {revision}") if revision else ""
    return f"{name}: {verdict}{serves} ({more}){': ' + reason if reason else ''}"
