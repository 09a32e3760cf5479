"""lightship.toml as a Config: its schema, its references, and what shows only when its parts are compared."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lightship.config.back_ends import BackEnds, Kinds, tables
from lightship.config.compare import keys_apart, names_apart, places_apart, twins
from lightship.config.references import References
from lightship.config.schema import PLACE, FileTable, page_config
from lightship.config.toml import ConfigError, Document, Fault
from lightship.config.values import Config, WitnessConfig


def read(document: Document, path: Path, env: Mapping[str, str], kinds: Kinds, without: frozenset[str]) -> Config:
    """See config.load. ConfigError with every fault at once."""
    base = path.parent.absolute()
    references = References(document, base, env)
    back_ends = BackEnds(references, kinds, without)
    data = references.resolved(_with_defaults(_spared(document.data, without), without), ())
    file, faults = document.check(FileTable, data, context={"base": base})
    faults = references.besides(faults)
    pages = dict(tables(data.get("pages")))
    hosts = {slug: back_ends.hosts(slug, page) for slug, page in pages.items()}
    zones = {slug: back_ends.zone(slug, page) for slug, page in pages.items()}
    channels = [back_ends.channel(name, table) for name, table in tables(data.get("channels"))]
    for slug, page in pages.items():
        faults += [*keys_apart(document, slug, page), *places_apart(document, slug, hosts[slug])]
    faults += names_apart(document, pages, zones)
    faults += twins(document, pages, hosts, places_known="keys" not in without)
    faults += _missing(document, data, pages, without)
    # Last, for a back-end whose secrets may be lacking takes the faults of its references away.
    if faults := [*references.faults, *back_ends.faults, *faults]:
        raise ConfigError(faults)
    return Config(
        path=path,
        base=base,
        pages={slug: page_config(slug, page, hosts[slug], zones[slug]) for slug, page in file.pages.items()},
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


def _spared(data: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    """A copy without what this machine need not have."""
    spared = {key: value for key, value in data.items() if not (key in ("desk", "witness") and key in without)}
    if not without & {"desk", "keys"} or not isinstance(spared.get("pages"), dict):
        return spared
    pages = {}
    for slug, page in tables(spared["pages"]):
        pages[slug] = {k: v for k, v in page.items() if k != "certificate"}  # which only the worker looks after
        if "keys" in without:
            hosts = {name: {k: v for k, v in host.items() if k in PLACE} for name, host in tables(page.get("hosts"))}
            pages[slug] = {**{k: v for k, v in pages[slug].items() if k != "key"}, "hosts": hosts}
    return {**spared, "pages": {**spared["pages"], **pages}}


def _with_defaults(data: dict[str, Any], without: frozenset[str]) -> dict[str, Any]:
    """With the keys of the pages, the secret of the desk and its database where `init` puts them."""
    full = dict(data)
    if isinstance(data.get("pages"), dict) and "keys" not in without:
        pages = {slug: {"key": {"file": f"keys/{slug}.key"}, **page} for slug, page in tables(data["pages"])}
        for slug, page in pages.items():
            if isinstance(page.get("certificate"), dict):
                page["certificate"] = {"account": {"file": f"keys/{slug}.acme"}, **page["certificate"]}
        full["pages"] = {**data["pages"], **pages}
    if isinstance(full.get("desk"), dict):
        full["desk"] = {"secret": {"file": "keys/desk.secret"}, "database": "sqlite:///desk.sqlite3", **full["desk"]}
    return full
