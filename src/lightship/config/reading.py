"""One pass over lightship.toml: its schema, what it refers to, and what only shows when its parts are compared."""

import base64
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lightship.config.agreement import keys_apart, names_apart, places_apart
from lightship.config.schema import PLACE, FileTable, PlaceTable, WitnessTable, page_config, schema
from lightship.config.toml import ConfigError, Document, Fault, KeyPath, dotted
from lightship.config.values import (
    ChannelConfig,
    Config,
    Desk,
    HostConfig,
    Secret,
    Vault,
    WitnessConfig,
    ZoneConfig,
)

Kinds = Mapping[str, Callable[[str], type]]


class Reading:
    """Gathers faults as it goes, so that all are told at once."""

    def __init__(
        self, document: Document, path: Path, base: Path, env: Mapping[str, str], kinds: Kinds, without: frozenset[str]
    ) -> None:
        self.document, self.path, self.base, self.env, self.kinds = document, path, base, env, kinds
        self.without = without
        self.faults: list[Fault] = []
        self.referred: set[KeyPath] = set()
        self.broken: set[str] = set()
        self.lacking: list[str] = []
        self.secrets: dict[tuple[str, str], str] = {}

    def config(self) -> Config:
        data = self.resolved(_with_defaults(self.spared(self.document.data), self.without), ())
        file, faults = self.document.check(FileTable, data, context={"base": self.base})
        self.add(faults)
        hosts = {slug: self.hosts(slug, page) for slug, page in _tables(_get(data, "pages"))}
        zones = {slug: self.zone(slug, page) for slug, page in _tables(_get(data, "pages"))}
        channels = [self.channel(name, table) for name, table in _tables(data.get("channels"))]
        self.refuse_twins(data, hosts)
        self.refuse_too_many_proven(data)
        self.refuse_disagreement(data, hosts, zones)
        self.insist(data)
        if self.faults:
            raise ConfigError(self.faults)
        pages = {slug: page_config(slug, page, hosts[slug], zones[slug], self.base) for slug, page in file.pages.items()}
        desk = file.desk and Desk(url=file.desk.url, database=file.desk.database, secret=Secret(file.desk.secret))
        return Config(
            path=self.path,
            base=self.base,
            pages=pages,
            channels=tuple(c for c in channels if c),
            lacking=tuple(self.lacking),
            desk_told=desk,
            vault=Vault(recovery=tuple(file.vault.recovery), public=file.vault.public),
            text=self.document.text,
            secrets=self.secrets,
            witness=self.witness(file.witness),
        )

    def witness(self, table: WitnessTable | None) -> WitnessConfig:
        if table is None:
            return WitnessConfig()
        told = {item.name: self.option((), getattr(table, item.name)) for item in dataclasses.fields(table)}
        return WitnessConfig(**{**told, "key": base64.b64decode(table.key)})

    def insist(self, data: Mapping[str, Any]) -> None:
        """On what only some machines need, and so no schema asks for."""
        if "desk" not in self.without and "desk" not in data:
            self.faults.append(self.document.fault(("desk",), "is missing"))
        for slug, page in _tables(_get(data, "pages")):
            if "keys" in self.without and "public" not in page:
                what = "is missing: what hosts are checked with; on each it is the member `key` of lightship/manifest.json"
                self.faults.append(self.document.fault(("pages", slug, "public"), what))
            if isinstance(page.get("certificate"), dict) and not isinstance(page.get("zone"), dict):
                self.faults.append(
                    self.document.fault(("pages", slug, "certificate"), "needs `zone`: the challenge is put there")
                )

    def add(self, faults: Iterable[Fault]) -> None:
        """But what is wrong with the value of a reference that led nowhere: that has been told already."""
        self.faults += [fault for fault in faults if fault.key not in self.broken or fault.what.startswith("unknown key")]

    def spared(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A copy without what this machine need not have."""
        kept = {key: value for key, value in data.items() if not (key in ("desk", "witness") and key in self.without)}
        if not self.without & {"desk", "keys"} or not isinstance(kept.get("pages"), dict):
            return kept
        pages = {}
        for slug, page in _tables(kept["pages"]):
            pages[slug] = {k: v for k, v in page.items() if k != "certificate"}  # which only the worker looks after
            if "keys" in self.without:
                hosts = {name: {k: v for k, v in host.items() if k in PLACE} for name, host in _tables(page.get("hosts"))}
                pages[slug] = {**{k: v for k, v in pages[slug].items() if k != "key"}, "hosts": hosts}
        return {**kept, "pages": {**kept["pages"], **pages}}

    def resolved(self, value: Any, at: KeyPath) -> Any:
        """With `{ env = "NAME" }` and `{ file = "PATH" }` replaced by what they name."""
        if isinstance(value, list):
            return [self.resolved(item, (*at, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and isinstance(value.get("env"), str):
            name = value["env"]
            return self.referred_to(at, ("env", name), self.env.get(name), f"the environment has no {name}")
        if len(value) == 1 and isinstance(value.get("file"), str):
            text, wrong = self.text(self.base / value["file"], ours=_ours(at))
            return self.referred_to(at, ("file", value["file"]), text, wrong)
        return {key: self.resolved(item, (*at, key)) for key, item in value.items()}

    def referred_to(self, at: KeyPath, reference: tuple[str, str], text: str | None, wrong: str) -> str:
        self.referred.add(at)
        self.secrets[reference] = text or ""
        if text is None:
            fault = self.document.fault(at, wrong)
            self.broken.add(fault.key)
            self.faults.append(fault)
        return text or ""

    def text(self, path: Path, *, ours: bool) -> tuple[str | None, str]:
        try:
            return path.read_text("utf-8").rstrip("\r\n"), ""
        except OSError as error:
            hint = "; `lightship init` makes it" if ours and path.parent == self.base / "keys" else ""
            return None, f"cannot read {path}: {error.strerror}{hint}"
        except UnicodeDecodeError:
            return None, f"cannot read {path}: not UTF-8 text"

    def hosts(self, slug: str, page: Mapping[str, Any]) -> tuple[HostConfig, ...]:
        found = (self.host(("pages", slug, "hosts", name), host) for name, host in _tables(page.get("hosts")))
        return tuple(host for host in found if host)

    def host(self, at: KeyPath, host: Mapping[str, Any]) -> HostConfig | None:
        lacking = self.lacks(at)
        if "keys" in self.without or lacking:
            value, faults = self.document.check(PlaceTable, {k: v for k, v in host.items() if k in PLACE}, at)
            self.add(faults)
            options = dataclasses.asdict(value) if value else None
        else:
            options = self.options("hosts", at, host, PLACE)
        if options is None:
            return None
        place = {key: options.pop(key) for key in PLACE}
        if not lacking:
            self.build("hosts", at, place["kind"], {"name": str(at[-1]), "url": place["url"], **options})
        return HostConfig(name=str(at[-1]), options=options, lacking=lacking, **{**place, "address": tuple(place["address"])})

    def lacks(self, at: KeyPath) -> str:
        """What the table refers to and this machine has not, in words; no fault where secrets may be missing."""
        if "secrets" not in self.without:
            return ""
        lack = [fault for fault in self.faults if fault.key in self.broken and fault.key.startswith(dotted(at) + ".")]
        self.faults = [fault for fault in self.faults if fault not in lack]
        return "; ".join(fault.what for fault in lack)

    def left_out(self, at: KeyPath) -> bool:
        if words := self.lacks(at):
            self.lacking.append(f"{dotted(at)}: {words}")
        return bool(words)

    def zone(self, slug: str, page: Mapping[str, Any]) -> ZoneConfig | None:
        at, zone = ("pages", slug, "zone"), page.get("zone")
        options = self.options("zones", at, zone, ("kind",)) if isinstance(zone, dict) and not self.left_out(at) else None
        if options is None:
            return None
        kind = options.pop("kind")
        self.build("zones", at, kind, options)
        return ZoneConfig(kind=kind, name=options["name"], options=options)

    def channel(self, name: str, channel: Mapping[str, Any]) -> ChannelConfig | None:
        if self.left_out(("channels", name)):
            return None
        options = self.options("channels", ("channels", name), channel, ("kind",))
        if options is None:
            return None
        kind = options.pop("kind")
        self.build("channels", ("channels", name), kind, {"name": name, **options})
        return ChannelConfig(name=name, kind=kind, options=options)

    def options(self, room: str, at: KeyPath, table: Mapping[str, Any], common: Sequence[str]) -> dict[str, Any] | None:
        """What a back-end's table says, checked against the fields of its kind's class and those that its room has in
        common; None where that cannot be."""
        kind = table.get("kind")
        if not isinstance(kind, str):
            self.faults.append(self.document.fault((*at, "kind"), "is missing" if kind is None else "should be a string"))
            return None
        try:
            back_end = self.kinds[room](kind)
        except LookupError as error:
            self.faults.append(self.document.fault((*at, "kind"), str(error.args[0])))
            return None
        except ImportError as error:
            self.faults.append(
                self.document.fault((*at, "kind"), f"{kind} needs a package that is not installed: {error.name}")
            )
            return None
        value, faults = self.document.check(schema(kind, back_end, room, common), table, at)
        self.add(faults)
        if value is None:
            return None
        return {f.name: self.option((*at, f.name), getattr(value, f.name)) for f in dataclasses.fields(value)}

    def build(self, room: str, at: KeyPath, kind: str, options: Mapping[str, Any]) -> None:
        """Whether the class takes them: what it refuses is told with the rest."""
        if room == "hosts" and "keys" in self.without:
            return
        try:
            self.kinds[room](kind)(**options)
        except ValueError as error:
            # Where a reference led nowhere, what the class misses has been told already.
            if not any(key.startswith(dotted(at) + ".") for key in self.broken):
                self.faults.append(self.document.fault(at, str(error)))

    def option(self, at: KeyPath, value: Any) -> Any:
        if isinstance(value, Path):
            return self.base / value
        if isinstance(value, dict):
            return {key: self.option((*at, key), item) for key, item in value.items()}
        return Secret(value) if at in self.referred and isinstance(value, str) else value

    def refuse_twins(self, data: Mapping[str, Any], hosts: Mapping[str, tuple[HostConfig, ...]]) -> None:
        """Two pages of one URL, two hosts of one URL or one place: each would overwrite the other, or prove it falsely."""
        pages = [(("pages", slug), page["url"]) for slug, page in _tables(_get(data, "pages")) if "url" in page]
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
        pages = dict(_tables(_get(data, "pages")))
        for slug, page in pages.items():
            self.faults += [*keys_apart(self.document, slug, page), *places_apart(self.document, slug, hosts[slug])]
        self.faults += names_apart(self.document, pages, zones)

    def refuse_too_many_proven(self, data: Mapping[str, Any]) -> None:
        for slug, page in _tables(_get(data, "pages")):
            proven, hosts = page.get("proven"), page.get("hosts")
            if isinstance(proven, int) and isinstance(hosts, dict) and proven > len(hosts):
                what = f"asks for more hosts than there are ({len(hosts)}): nobody would ever be told"
                self.faults.append(self.document.fault(("pages", slug, "proven"), what))


def _ours(at: KeyPath) -> bool:
    """Whether `init` makes it; of another's host, zone or channel it cannot make the secret."""
    return at == ("desk", "secret") or (at[0] == "pages" and at[2:] in {("key",), ("certificate", "account")})


def _with_defaults(data: dict[str, Any], without: frozenset[str]) -> dict[str, Any]:
    """With the keys of the pages, the secret of the desk and its database where `init` puts them."""
    full = dict(data)
    if isinstance(data.get("pages"), dict) and "keys" not in without:
        usual = {slug: {"key": {"file": f"keys/{slug}.key"}, **page} for slug, page in _tables(data["pages"])}
        for slug, page in ((slug, page) for slug, page in usual.items() if isinstance(page.get("certificate"), dict)):
            page["certificate"] = {"account": {"file": f"keys/{slug}.acme"}, **page["certificate"]}
        full["pages"] = {**data["pages"], **usual}
    if isinstance(full.get("desk"), dict):
        full["desk"] = {"secret": {"file": "keys/desk.secret"}, "database": "sqlite:///desk.sqlite3", **full["desk"]}
    return full


def _tables(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of a table; nothing where it is something else, which the schema tells."""
    return ((key, item) for key, item in value.items() if isinstance(item, dict)) if isinstance(value, dict) else iter(())


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
