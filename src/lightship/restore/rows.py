"""Fill the database of a desk, SQLite or PostgreSQL: tables, pages and a first account, the rows of a vault, what hosts hold.

Imported once Django is set up.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import OperationalError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from lightship.config import Config, PageConfig
from lightship.core.site.versions import STEP, Version, VersionVector, includes
from lightship.publishing.contents import contents
from lightship.publishing.survey import HostState
from lightship.restore import PageRestored, RestoreError, Tell
from lightship.store.backup import OLD_NAMES
from lightship.store.history.load import load, take_in, take_over
from lightship.store.journal import structure
from lightship.store.models import Page
from lightship.store.read.rows import vector
from lightship.vault import Part

BATCH = 500


def pages_of(config: Config) -> list[PageConfig]:
    """Those of the file that the database has too."""
    slugs = set(Page.objects.values_list("slug", flat=True))
    return [page for slug, page in config.pages.items() if slug in slugs]


def make_tables(slugs: Iterable[str], name: str, now: datetime, tell: Tell) -> None:
    """Bring the tables up to date, and make a row for each page."""
    try:
        loader = MigrationLoader(connection)
        if between := [name for app, name in loader.replacements if (app, name) not in loader.graph.nodes]:
            reason = f"the database has only some of the migrations that {between[0]} replaces"
            raise RestoreError(f"{reason}: run `lightship init` of a version that still has them, then this one")
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise RestoreError(f"the database cannot be made: {error}") from error
    for slug in slugs:
        if not Page.objects.filter(slug=slug).exists():
            structure.create_page(slug, name or "Our services", None, now)
            tell(f"made page {slug}")


def first_account(email: str, tell: Tell) -> User:
    """The first account. It has no password until its owner, signed in by link, sets one."""
    user = User.objects.filter(is_superuser=True).order_by("pk").first()
    if user is None:
        user = User.objects.create_superuser("admin", email, None)
        tell("made account admin")
    return user


def refuse_full() -> None:
    """RestoreError if anything lies in the database."""
    if connection.introspection.table_names():
        what = "the database is not empty, and nothing is written over it: move it away, or name an empty one with --database"
        raise RestoreError(what)


def rows_in(migrations: Iterable[tuple[str, str]], parts: Iterable[Part]) -> dict[str, int]:
    """Insert all rows or none; the number of rows of each table. The tables are first made as they were when the vault was
    written, and then brought up to date, as any older database is."""
    executor = MigrationExecutor(connection)
    replaced = {migration.replaces[-1]: key for key, migration in executor.loader.replacements.items()}
    targets = [replaced.get((app, name), (app, name)) for app, name in migrations]
    if strange := [f"{app}.{name}" for app, name in targets if (app, name) not in executor.loader.graph.nodes]:
        raise RestoreError(f"a newer Lightship wrote the vault: it knows {strange[0]}. Install that one, then restore")
    executor.migrate(targets)
    tables = MigrationExecutor(connection).loader.project_state(targets).apps
    counts: dict[str, int] = {}
    with transaction.atomic():
        for part in parts:
            label = OLD_NAMES.get(part.label, part.label)
            counts[label] = counts.get(label, 0) + _put(tables.get_model(label), json.loads(part.body))
        for statement in connection.ops.sequence_reset_sql(no_style(), [tables.get_model(label) for label in counts]):
            with connection.cursor() as cursor:
                cursor.execute(statement)
    call_command("migrate", interactive=False, verbosity=0)
    return counts


def _put(model: type[models.Model], group: dict[str, Any]) -> int:
    fields = [model._meta.get_field(OLD_NAMES.get(name, name)) for name in group["fields"]]
    rows = [
        model(**{field.attname: field.to_python(value) for field, value in zip(fields, row, strict=True)})  # type: ignore[union-attr]
        for row in group["rows"]
    ]
    model._default_manager.bulk_create(rows, BATCH)
    return len(rows)


def after_the_vault(
    page: PageConfig, claims: Sequence[HostState], why: Sequence[str], now: datetime
) -> tuple[PageRestored, list[str]]:
    """The page that came out of the vault, with the updates that hosts got after the vault was written; and notes on them."""
    row = Page.objects.get(slug=page.slug)
    states: list[tuple[Version, VersionVector]] = [((row.epoch, row.revision), vector(row))]
    notes = []
    if not claims:
        notes.append(f"page {page.slug}: no host answered with its state, so the vault's stands alone ({'; '.join(why)})")
    elif not includes(*states[0], claims[0].manifest.version):
        newest = claims[0]
        loaded = load(row, contents(newest), None, now)
        states.append((newest.manifest.version, newest.manifest.vector))
        notes.append(
            f"page {page.slug}: {newest.host.url} held newer words than the vault; {loaded.updates} updates of "
            f"{loaded.incidents + loaded.maintenances + loaded.grown} incidents were taken in. "
            "Names or texts changed in that last minute may be the older ones: look"
        )
    return _taken_over(row, states, now), notes


def without_a_vault(page: PageConfig, newest: HostState, now: datetime) -> PageRestored:
    """The page as the newest host shows it."""
    take_in(Page.objects.get(slug=page.slug), contents(newest), now)
    row = Page.objects.get(slug=page.slug)
    return _taken_over(row, [(newest.manifest.version, newest.manifest.vector)], now)


def _taken_over(row: Page, states: list[tuple[Version, VersionVector]], now: datetime) -> PageRestored:
    take_over(row, states, secrets.randbelow(STEP), now)
    return PageRestored(row.slug, row.revision, row.epoch, row.incidents.filter(practice=False).count())
