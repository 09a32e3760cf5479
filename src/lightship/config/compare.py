"""Faults that show only when parts of the file are compared: a page's two keys, its name, and where its hosts are."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lightship.config.fields import Secret, public_key, seed
from lightship.config.toml import Document, Fault, KeyPath, dotted
from lightship.config.values import HostConfig, ZoneConfig


def keys_apart(document: Document, slug: str, page: Mapping[str, Any]) -> Iterator[Fault]:
    """A witness that trusts another key than the page is signed with would find every host dead."""
    try:
        key, public = seed(str(page.get("key"))), public_key(str(page.get("public")))
    except ValueError:
        return  # one of the two is missing, or the schema says what is wrong with it
    right = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    if right != public:
        what = f"does not belong to the page's key; that is {base64.b64encode(right).decode()}"
        yield document.fault(("pages", slug, "public"), what)


def names_apart(document: Document, pages: Mapping[str, Any], zones: Mapping[str, ZoneConfig | None]) -> Iterator[Fault]:
    """A zone moves the name that readers type, and each zone another one."""
    owners: dict[str, str] = {}
    for slug, zone in zones.items():
        if zone is None:
            continue
        at = ("pages", slug, "zone", "name")
        host = _host(pages[slug].get("url"))
        if host and zone.name != host:
            yield document.fault(at, f"is not the name that readers type: the page's url says {host}")
        elif (first := owners.setdefault(zone.name, slug)) != slug:
            yield document.fault(at, f"is also the name of pages.{first}: each would move it away from the other")


def places_apart(document: Document, slug: str, hosts: Sequence[HostConfig]) -> Iterator[Fault]:
    """No two hosts are where the name may lead: it could not be said which of them is meant."""
    owners: dict[str, str] = {}
    for host in hosts:
        at = ("pages", slug, "hosts", host.name)
        if host.address and host.cname:
            yield document.fault((*at, "cname"), "cannot stand beside address: a name leads to addresses or to another name")
        places = [("address", address) for address in host.address] + ([("cname", host.cname)] if host.cname else [])
        for key, place in places:
            first = owners.setdefault(place, host.name)
            if first != host.name:
                yield document.fault((*at, key), f"{place} is where {first} is too: which of the two would be meant?")


def twins(
    document: Document, pages: Mapping[str, Any], hosts: Mapping[str, Sequence[HostConfig]], *, places_known: bool
) -> Iterator[Fault]:
    """Two pages of one URL, two hosts of one URL or one place: each would overwrite the other, or prove it falsely.
    `places_known`: whether the hosts' options were read."""
    urls = [(("pages", slug), str(page["url"]).rstrip("/").lower()) for slug, page in pages.items() if "url" in page]
    every = [(("pages", slug, "hosts", host.name), host) for slug in hosts for host in hosts[slug]]
    folders = [(at, host.options["path"]) for at, host in every if isinstance(host.options.get("path"), Path)]
    vaults = [(at, (host.kind, host.options["vault"])) for at, host in every if host.options.get("vault")]
    # Without what only proves who we are: one store reached with two keys is still one store.
    stores = [
        (at, (host.kind, [value for value in host.options.values() if not isinstance(value, Secret)]))
        for at, host in every
        if places_known and not isinstance(host.options.get("path"), Path)
    ]
    yield from _twice(document, "url", "is also the URL of", urls)
    yield from _twice(document, "url", "is also the URL of", [(at, host.url.lower()) for at, host in every])
    yield from _twice(document, "path", "is also the folder of", folders)
    yield from _twice(document, "vault", "is also the vault of", [pair for pair in vaults if pair[1][0] != "sftp"])
    yield from _twice(document, "", "is the same place as", stores)


def _twice(document: Document, key: str, what: str, values: Iterable[tuple[KeyPath, Any]]) -> Iterator[Fault]:
    owners: dict[str, KeyPath] = {}
    for owner, value in values:
        first = owners.setdefault(repr(value), owner)
        if first != owner:
            yield document.fault((*owner, key) if key else owner, f"{what} {dotted(first)}")


def _host(url: Any) -> str:
    """Empty where the URL is not one: the schema says so."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".") if isinstance(url, str) else ""
    except ValueError:
        return ""
