"""import, export: bring a history in from elsewhere, and write everything out."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, refusing, utc_now
from lightship.importers import Imported, ImporterError, kinds, read
from lightship.publishing.contents import contents_at
from lightship.signing import verify_key

if TYPE_CHECKING:
    from lightship.store.history.load import Loaded

OWN = "lightship"
STATUSPAGE_API = "https://api.statuspage.io/v1"


@click.command("import")
@click.argument("kind", metavar="KIND")
@click.argument("source", metavar="SOURCE")
@click.option("--key", default="", help="API key, for statuspage's management API.")
@click.option("--api", default=STATUSPAGE_API, show_default=True, help="Where that API is.")
@page_option
@json_option
@pass_app
def import_(app: App, kind: str, source: str, key: str, api: str) -> None:
    """Bring in pages' history. KIND: statuspage, cstate or lightship. What is here already is left alone.

    \b
    lightship import statuspage https://status.example.com
    lightship import statuspage saved.json
    lightship import statuspage PAGE_ID --key KEY
    lightship import cstate path/to/site
    lightship import lightship export/
    """
    config, page = app.page()
    if kind not in (known := sorted((*kinds(), OWN))):
        raise Refused(f"there is no importer {kind!r}; there is {', '.join(known)}")
    with refusing(ImporterError), Console(stderr=True).status(f"reading {source}"):
        if kind == OWN:
            ours = source.rstrip("/") in {config.url, *(host.url for host in config.hosts)}
            # Our own host may be in other hands.
            imported = contents_at(source, [verify_key(config).public] if ours else [], app.reader())
        else:
            imported = read(kind, source, **({"key": key, "api": api} if key else {}))
    from lightship.store.history.load import take_in  # after Django is set up
    from lightship.store.journal import JournalError

    with refusing(JournalError), Console(stderr=True).status("writing the journal"):
        loaded = take_in(page, imported, utc_now())
    problems = [asdict(problem) for problem in imported.problems]
    facts = {**asdict(loaded), "components": len(imported.components), "problems": problems}
    app.say(_report(imported, loaded), facts)


def _report(imported: Imported, loaded: "Loaded") -> str:
    lines = [
        f"read     {len(imported.incidents)} incidents and maintenances, {len(imported.components)} components",
        f"written  {loaded.incidents} incidents, {loaded.maintenances} maintenances, {loaded.updates} updates; "
        f"{loaded.known} were here already, {loaded.grown} of them with less than now",
    ]
    if newest := [incident.updates[-1].display_at for incident in imported.incidents if not incident.ended]:
        at = f"{max(newest):%Y-%m-%d %H:%M} UTC"
        lines.append(f"open     {len(newest)} have not ended there; the newest word about one is of {at}")
    if loaded.refused:
        lines += ["", f"refused ({len(loaded.refused)}): another page here holds it, so it was not written"]
        lines += [f"  {name}" for name in loaded.refused]
    for what in dict.fromkeys(problem.what for problem in imported.problems):
        places = [problem.where for problem in imported.problems if problem.what == what]
        lines += ["", f"not whole ({len(places)}): {what}", *(f"  {place}" for place in places)]
    return "\n".join(lines)


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@page_option
@pass_app
def export(app: App, directory: Path) -> None:
    """Write everything public to DIRECTORY as JSON, and the journal (who did what when) as one JSON line each.

    \b
    lightship export backup/
    """
    config, page = app.page()
    from lightship.store.export import files  # after Django is set up

    count = 0
    for path, body in files(page, config, utc_now()):
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        count += 1
    click.echo(f"wrote {count} files to {directory}; `lightship import lightship {directory}` reads them back")
