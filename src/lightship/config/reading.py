"""lightship.toml as a Config: its schema, its references, and the faults that show only when its parts are compared: a page's
two keys, its name, and where its hosts are."""

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lightship.config.back_ends import BackEnds, Kinds, tables
from lightship.config.fields import Secret, public_key, seed
from lightship.config.references import References
from lightship.config.toml import ConfigError, Document, Fault, KeyPath, dotted, parse_file
from lightship.config.values import (
    PLACE,
    BackEndConfig,
    Config,
    FileTable,
    HostConfig,
    PageConfig,
    PageOptions,
    PageTable,
    Peer,
    WitnessConfig,
)


def load(path: Path, env: Mapping[str, str], kinds: Kinds, without: Collection[str] = ()) -> Config:
    """Read the file and all that it refers to, validate it whole. `kinds`: how to find a back-end's class by its kind,
    by room: `{"hosts": lightship.hosts.find, "zones": …, "channels": …}`. ConfigError with every fault at once.

    `without`: what this machine need not have, so that one file serves everywhere. "desk": no desk, its database and its
    secret. "keys": no page's private key (`public` is there instead), and of hosts only where they are. "witness": which
    witness this machine is. "secrets": not every secret of hosts, zones and channels; a host that lacks one says so
    (`lacking`), zones and channels are left out."""
    document, without = parse_file(path), frozenset(without)
    base = path.parent.absolute()
    references = References(document, base, env)
    back_ends = BackEnds(references, kinds, without)
    data = references.resolved(_prepared(document.data, without), ())
    file, faults = document.check(FileTable, data, context={"base": base})
    faults = references.besides(faults)
    pages = dict(tables(data.get("pages")))
    hosts = {slug: back_ends.hosts(slug, page) for slug, page in pages.items()}
    zones = {
        slug: back_ends.one("zones", ("pages", slug, "zone"), page["zone"])
        for slug, page in pages.items()
        if isinstance(page.get("zone"), dict)
    }
    channels = [back_ends.one("channels", ("channels", name), table, name=name) for name, table in tables(data.get("channels"))]
    for slug, page in pages.items():
        faults += [*_keys_apart(document, slug, page), *_places_apart(document, slug, hosts[slug])]
    faults += _names_apart(document, pages, zones)
    faults += _twins(document, pages, hosts, places_known="keys" not in without)
    faults += _missing(document, data, pages, without)
    # Last, for a back-end whose secrets may be lacking takes the faults of its references away.
    if faults := [*references.faults, *back_ends.faults, *faults]:
        raise ConfigError(faults)
    return Config(
        path=path,
        base=base,
        pages={slug: _page(slug, page, hosts[slug], zones.get(slug)) for slug, page in file.pages.items()},
        channels=tuple(channel for channel in channels if channel),
        lacking=tuple(back_ends.lacking),
        desk_or_none=file.desk,
        vault=file.vault,
        text=document.text,
        secrets=references.secrets,
        witness=file.witness or WitnessConfig(name=""),
    )


def _missing(document: Document, data: Mapping[str, Any], pages: Mapping[str, Any], without: frozenset[str]) -> Iterator[Fault]:
    """What only some machines need, and so no schema asks for."""
    if "desk" not in without and "desk" not in data:
        yield document.fault(("desk",), "is missing")
    for slug, page in pages.items():
        if "keys" in without and "public" not in page:
            what = "is missing: what hosts are checked with; on each it is the member `key` of lightship/manifest.json"
            yield document.fault(("pages", slug, "public"), what)
        if isinstance(page.get("certificate"), dict) and not isinstance(page.get("zone"), dict):
            yield document.fault(("pages", slug, "certificate"), "needs `zone`: the challenge is put there")
        proven, hosts = page.get("proven"), page.get("hosts")
        if isinstance(proven, int) and isinstance(hosts, dict) and proven > len(hosts):
            what = f"asks for more hosts than there are ({len(hosts)}): nobody would ever be told"
            yield document.fault(("pages", slug, "proven"), what)


def _prepared(data: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    """A copy without what this machine need not have, with the secret of the desk and its database where `init` puts them."""
    full = {key: value for key, value in data.items() if not (key in ("desk", "witness") and key in without)}
    if isinstance(full.get("desk"), dict):
        full["desk"] = {"secret": {"file": "keys/desk.secret"}, "database": "sqlite:///desk.sqlite3", **full["desk"]}
    pages = {slug: _prepared_page(slug, page, without) for slug, page in tables(data.get("pages"))}
    return {**full, "pages": {**data["pages"], **pages}} if pages else full


def _prepared_page(slug: str, page: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    """As `_prepared`, with the page's keys."""
    if "keys" in without:
        hosts = {name: {k: v for k, v in host.items() if k in PLACE} for name, host in tables(page.get("hosts"))}
        return {**{k: v for k, v in page.items() if k not in ("key", "certificate")}, "hosts": hosts}
    full = {"key": {"file": f"keys/{slug}.key"}, **page}
    if "desk" in without:
        full.pop("certificate", None)  # which only the worker looks after
    elif isinstance(full.get("certificate"), dict):
        full["certificate"] = {"account": {"file": f"keys/{slug}.acme"}, **full["certificate"]}
    return full


def _page(slug: str, page: PageTable, hosts: tuple[HostConfig, ...], zone: BackEndConfig | None) -> PageConfig:
    options = {item.name: getattr(page, item.name) for item in fields(PageOptions)}
    if page.certificate and not page.certificate.names:
        names = (urlsplit(page.url).hostname or "",)
        options["certificate"] = replace(page.certificate, names=names)
    witnesses = tuple(Peer(name=name, url=peer.url, public=peer.public) for name, peer in page.witnesses.items())
    return PageConfig(slug=slug, hosts=hosts, zone=zone, witnesses=witnesses, **options)


def _keys_apart(document: Document, slug: str, page: Mapping[str, Any]) -> Iterator[Fault]:
    """A witness that trusts another key than the page is signed with would find every host dead."""
    try:
        key, public = seed(str(page.get("key"))), public_key(str(page.get("public")))
    except ValueError:
        return  # one of the two is missing, or the schema says what is wrong with it
    right = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    if right != public:
        what = f"does not belong to the page's key; that is {base64.b64encode(right).decode()}"
        yield document.fault(("pages", slug, "public"), what)


def _names_apart(document: Document, pages: Mapping[str, Any], zones: Mapping[str, BackEndConfig | None]) -> Iterator[Fault]:
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


def _places_apart(document: Document, slug: str, hosts: Sequence[HostConfig]) -> Iterator[Fault]:
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


def _twins(
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
