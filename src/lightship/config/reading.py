"""One pass over lightship.toml: its schema, what it refers to, and what only shows when its parts are compared."""

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lightship.config.back_ends import BackEnds, Kinds, tables
from lightship.config.compare import keys_apart, names_apart, places_apart
from lightship.config.references import References
from lightship.config.schema import PLACE, FileTable, WitnessTable, page_config
from lightship.config.toml import ConfigError, Document, Fault, KeyPath, dotted
from lightship.config.values import (
    Config,
    Desk,
    HostConfig,
    Secret,
    Vault,
    WitnessConfig,
    ZoneConfig,
)


class Reading:
    """Gathers faults as it goes, so that all are told at once."""

    def __init__(
        self, document: Document, path: Path, base: Path, env: Mapping[str, str], kinds: Kinds, without: frozenset[str]
    ) -> None:
        self.document, self.path, self.base, self.without = document, path, base, without
        self.references = References(document, base, env)
        self.back_ends = BackEnds(self.references, kinds, without)
        self.faults: list[Fault] = []

    def config(self) -> Config:
        data = self.references.resolved(_with_defaults(self.spared(self.document.data), self.without), ())
        file, faults = self.document.check(FileTable, data, context={"base": self.base})
        self.faults += self.references.besides(faults)
        hosts = {slug: self.back_ends.hosts(slug, page) for slug, page in tables(_get(data, "pages"))}
        zones = {slug: self.back_ends.zone(slug, page) for slug, page in tables(_get(data, "pages"))}
        channels = [self.back_ends.channel(name, table) for name, table in tables(data.get("channels"))]
        self.refuse_twins(data, hosts)
        self.refuse_too_many_proven(data)
        self.refuse_disagreement(data, hosts, zones)
        self.expect(data)
        if faults := [*self.references.faults, *self.back_ends.faults, *self.faults]:
            raise ConfigError(faults)
        pages = {slug: page_config(slug, page, hosts[slug], zones[slug], self.base) for slug, page in file.pages.items()}
        desk = file.desk and Desk(url=file.desk.url, database=file.desk.database, secret=Secret(file.desk.secret))
        return Config(
            path=self.path,
            base=self.base,
            pages=pages,
            channels=tuple(c for c in channels if c),
            lacking=tuple(self.back_ends.lacking),
            desk_or_none=desk,
            vault=Vault(recovery=tuple(file.vault.recovery), public=file.vault.public),
            text=self.document.text,
            secrets=self.references.secrets,
            witness=self.witness(file.witness),
        )

    def witness(self, table: WitnessTable | None) -> WitnessConfig:
        if table is None:
            return WitnessConfig()
        told = {item.name: self.references.option((), getattr(table, item.name)) for item in dataclasses.fields(table)}
        return WitnessConfig(**{**told, "key": base64.b64decode(table.key)})

    def expect(self, data: Mapping[str, Any]) -> None:
        """On what only some machines need, and so no schema asks for."""
        if "desk" not in self.without and "desk" not in data:
            self.faults.append(self.document.fault(("desk",), "is missing"))
        for slug, page in tables(_get(data, "pages")):
            if "keys" in self.without and "public" not in page:
                what = "is missing: what hosts are checked with; on each it is the member `key` of lightship/manifest.json"
                self.faults.append(self.document.fault(("pages", slug, "public"), what))
            if isinstance(page.get("certificate"), dict) and not isinstance(page.get("zone"), dict):
                self.faults.append(
                    self.document.fault(("pages", slug, "certificate"), "needs `zone`: the challenge is put there")
                )

    def spared(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A copy without what this machine need not have."""
        kept = {key: value for key, value in data.items() if not (key in ("desk", "witness") and key in self.without)}
        if not self.without & {"desk", "keys"} or not isinstance(kept.get("pages"), dict):
            return kept
        pages = {}
        for slug, page in tables(kept["pages"]):
            pages[slug] = {k: v for k, v in page.items() if k != "certificate"}  # which only the worker looks after
            if "keys" in self.without:
                hosts = {name: {k: v for k, v in host.items() if k in PLACE} for name, host in tables(page.get("hosts"))}
                pages[slug] = {**{k: v for k, v in pages[slug].items() if k != "key"}, "hosts": hosts}
        return {**kept, "pages": {**kept["pages"], **pages}}

    def refuse_twins(self, data: Mapping[str, Any], hosts: Mapping[str, tuple[HostConfig, ...]]) -> None:
        """Two pages of one URL, two hosts of one URL or one place: each would overwrite the other, or prove it falsely."""
        pages = [(("pages", slug), page["url"]) for slug, page in tables(_get(data, "pages")) if "url" in page]
        every = [(("pages", slug, "hosts", host.name), host) for slug in hosts for host in hosts[slug]]
        folders = [(at, host.options["path"]) for at, host in every if isinstance(host.options.get("path"), Path)]
        # Without what only proves who we are: one store reached with two keys is still one store.
        others = [
            (at, (host.kind, [value for value in host.options.values() if not isinstance(value, Secret)]))
            for at, host in every
            if not isinstance(host.options.get("path"), Path) and "keys" not in self.without  # which tells nothing of places
        ]
        self.refuse_same("url", "is also the URL of", [(at, str(url).rstrip("/").lower()) for at, url in pages])
        self.refuse_same("url", "is also the URL of", [(at, host.url.lower()) for at, host in every])
        self.refuse_same("path", "is also the folder of", folders)
        vaults = [(at, (host.kind, host.options["vault"])) for at, host in every if host.options.get("vault")]
        self.refuse_same("vault", "is also the vault of", [(at, place) for at, place in vaults if place[0] != "sftp"])
        self.refuse_same("", "is the same place as", others)

    def refuse_same(self, key: str, what: str, found: Sequence[tuple[KeyPath, Any]]) -> None:
        first: dict[str, KeyPath] = {}
        for owner, value in found:
            other = first.setdefault(repr(value), owner)
            if other != owner:
                self.faults.append(self.document.fault((*owner, key) if key else owner, f"{what} {dotted(other)}"))

    def refuse_disagreement(
        self, data: Mapping[str, Any], hosts: Mapping[str, Sequence[HostConfig]], zones: Mapping[str, ZoneConfig | None]
    ) -> None:
        pages = dict(tables(_get(data, "pages")))
        for slug, page in pages.items():
            self.faults += [*keys_apart(self.document, slug, page), *places_apart(self.document, slug, hosts[slug])]
        self.faults += names_apart(self.document, pages, zones)

    def refuse_too_many_proven(self, data: Mapping[str, Any]) -> None:
        for slug, page in tables(_get(data, "pages")):
            proven, hosts = page.get("proven"), page.get("hosts")
            if isinstance(proven, int) and isinstance(hosts, dict) and proven > len(hosts):
                what = f"asks for more hosts than there are ({len(hosts)}): nobody would ever be told"
                self.faults.append(self.document.fault(("pages", slug, "proven"), what))


def _with_defaults(data: dict[str, Any], without: frozenset[str]) -> dict[str, Any]:
    """With the keys of the pages, the secret of the desk and its database where `init` puts them."""
    full = dict(data)
    if isinstance(data.get("pages"), dict) and "keys" not in without:
        usual = {slug: {"key": {"file": f"keys/{slug}.key"}, **page} for slug, page in tables(data["pages"])}
        for slug, page in ((slug, page) for slug, page in usual.items() if isinstance(page.get("certificate"), dict)):
            page["certificate"] = {"account": {"file": f"keys/{slug}.acme"}, **page["certificate"]}
        full["pages"] = {**data["pages"], **usual}
    if isinstance(full.get("desk"), dict):
        full["desk"] = {"secret": {"file": "keys/desk.secret"}, "database": "sqlite:///desk.sqlite3", **full["desk"]}
    return full


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
