"""Take all that a host or an export holds, or nothing."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.core.wire import WireError
from lightship.hosts import HostError
from lightship.hosts.folder import PrivateFolder
from lightship.importers import Imported, ImporterError, Problem, checked, faults
from lightship.net.client import PublicReader
from lightship.publishing.read_only import PublicFiles, ReadOnlyHost
from lightship.publishing.survey import AGAIN, HostState, Survey, TornError, Unreadable, order

PATIENCE = 120.0
"""Seconds for one host, where a person waits for it."""
UNPROVEN = Problem(MANIFEST_PATH, "its hashes hold; whose key it is signed with was not checked, for that needs the page's key")


def newest_first(urls: Iterable[str], keys: Collection[bytes], reader: PublicReader) -> tuple[list[HostState], list[str]]:
    """The states at public URLs, the highest first; and why others could not be read."""
    survey = Survey(keys, reader, seconds=PATIENCE, again=AGAIN[:2])
    hosts = [_public(url, reader) for url in dict.fromkeys(url.rstrip("/") for url in urls)]
    answers = asyncio.run(survey.read(hosts))
    states = sorted((answer for answer in answers if isinstance(answer, HostState)), key=order, reverse=True)
    lost = [answer for answer in answers if isinstance(answer, Unreadable)]
    return states, [host.why if host.host in host.why else f"{host.host}: {host.why}" for host in lost]


def contents_at(source: str, keys: Collection[bytes], reader: PublicReader) -> Imported:
    """What a host (its URL, or its folder) or an export holds; with `keys`, only what one of them signed. ImporterError for
    what is torn."""
    web = source.startswith(("http://", "https://"))
    host = _public(source.rstrip("/"), reader) if web else ReadOnlyHost(source, "", "", PrivateFolder(Path(source)))
    survey = Survey(keys, reader, seconds=PATIENCE, again=AGAIN[:2], unsigned=not keys)
    state = asyncio.run(survey.read([host]))[0]
    if isinstance(state, Unreadable):
        raise ImporterError(f"{source}: {state.why}")
    taken = contents(state)
    return taken if keys or not state.verify_key.public else replace(taken, problems=(UNPROVEN,))


def contents(state: HostState) -> Imported:
    """What a host holds. ImporterError where any of it is torn or unsound."""
    name, page = state.host.name, state.state
    survey = Survey([state.verify_key.public], PublicReader())
    try:
        months = list(asyncio.run(survey.archives(state, page.months)).values())
    except (TornError, WireError, HostError, OSError) as error:
        raise ImporterError(f"{name}: {error}") from error
    for fault in (fault for document in (page, *months) for fault in faults(document, type(document))):
        raise ImporterError(f"{name}: {fault}")
    incidents = (*page.open, *(incident for month in months for incident in month.incidents))
    if len({incident.id for incident in incidents}) < len(incidents):
        raise ImporterError(f"{name} holds an incident twice: its files are of different times")
    return checked(
        Imported(
            page=page.page,
            groups=page.groups,
            components=page.components,
            incidents=incidents,
            status_changes=tuple(change for month in months for change in month.status_changes),
            revision=page.revision,
            epoch=page.epoch,
        )
    )


def _public(url: str, reader: PublicReader) -> ReadOnlyHost:
    return ReadOnlyHost(url, url, "what lies on the web can only be read", PublicFiles(url, reader))
