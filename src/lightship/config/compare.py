"""What shows only when the parts of a page are held against each other: its two keys, its name, where its hosts are."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lightship.config.toml import Document, Fault
from lightship.config.values import HostConfig, ZoneConfig


def keys_apart(document: Document, slug: str, page: Mapping[str, Any]) -> Iterator[Fault]:
    """A witness that trusts another key than the page is signed with would find every host dead."""
    seed, public = _bytes(page.get("key")), _bytes(page.get("public"))
    if len(seed) == len(public) == 32:
        right = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
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
    """Where the name leads must say which host that is."""
    owners: dict[str, str] = {}
    for host in hosts:
        at = ("pages", slug, "hosts", host.name)
        if host.address and host.cname:
            yield document.fault((*at, "cname"), "cannot stand beside address: a name leads to addresses or to another name")
        for key, place in [*(("address", each) for each in host.address), *(("cname", each) for each in [host.cname] if each)]:
            first = owners.setdefault(place, host.name)
            if first != host.name:
                yield document.fault((*at, key), f"{place} is where {first} is too: which of the two would be meant?")


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _host(url: Any) -> str:
    """Empty where the URL is not one, which has been told already."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".") if isinstance(url, str) else ""
    except ValueError:
        return ""
