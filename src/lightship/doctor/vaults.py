"""Judge the vault: could the desk be rebuilt from any host that is left?"""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from pyrage import x25519  # type: ignore[import-untyped]

from lightship.config import Config, HostConfig, PageConfig
from lightship.core.durations import ago
from lightship.core.wire import WireError
from lightship.doctor.checks import CHECKS, Finding
from lightship.hosts import HostError
from lightship.signing import verify_key
from lightship.vault import VaultError, fetch, look, opened, vault_place

OLD = timedelta(days=2)
"""A running desk signs the index anew each day."""
_NO_PLACE = "Give the host a `vault`, or set [vault] public = true: docs/operate/recovery.md."


def judge(config: Config, page: PageConfig, key: "x25519.Identity | None", now: datetime) -> Iterator[Finding]:
    check, recipients = CHECKS["vault.recipients"], config.vault.recovery
    yield check.fail_unless(bool(recipients), page.slug, f"{len(recipients)}", "no recovery key is configured")
    for host in page.hosts if recipients else ():
        yield from asyncio.run(_host(config, page, host, key, now))


async def _host(
    config: Config, page: PageConfig, host: HostConfig, key: "x25519.Identity | None", now: datetime
) -> list[Finding]:
    present, opens = CHECKS["vault.present"], CHECKS["vault.opens"]
    if host.lacking or not host.options:
        return [present.unchecked(host.name, host.lacking or "this machine has no credentials for it")]
    place, verify = vault_place(config, host), verify_key(page).verify
    if place is None:
        return [present.fail(host.name, "it has no place that strangers cannot reach", _NO_PLACE)]
    try:
        index = await look(place, verify)
        sealed = await fetch([place], index, verify) if index else []
    except (HostError, WireError, VaultError, OSError) as error:
        return [present.fail(host.name, str(error))]
    if index is None:
        return [present.fail(host.name, "there is none")]
    written = f"whole, {len(index.parts)} parts, signed {ago(index.at, now)}"
    age = present.warn_unless(now - index.at <= OLD, host.name, written, f"{written}: nobody keeps it")
    if key is None:
        return [age, opens.unchecked(host.name, "no recovery key was given: try it with --key FILE")]
    try:
        tables = {opened(part, key).label for part in sealed}
    except VaultError as error:
        return [age, opens.fail(host.name, str(error))]
    return [age, opens.ok(host.name, f"it opens all {len(sealed)} parts, of {len(tables)} tables")]
