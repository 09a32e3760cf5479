"""Hosts, zones and channels as lightship.toml describes them, each checked against the class of its kind."""

import dataclasses
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lightship.config.references import References
from lightship.config.toml import STRICT, Fault, KeyPath, dotted
from lightship.config.values import PLACE, BackEndConfig, HostConfig, PlaceTable

Kinds = Mapping[str, Callable[[str], type]]


def tables(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of a table; none where it is something else: the schema says so."""
    return ((key, item) for key, item in value.items() if isinstance(item, dict)) if isinstance(value, dict) else iter(())


@dataclass
class BackEnds:
    """`lacking`: a message for each zone and channel that was left out because this machine lacks its secrets."""

    references: References
    kinds: Kinds
    without: frozenset[str]
    faults: list[Fault] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    def hosts(self, slug: str, page: Mapping[str, Any]) -> tuple[HostConfig, ...]:
        hosts = (self._host(("pages", slug, "hosts", name), host) for name, host in tables(page.get("hosts")))
        return tuple(host for host in hosts if host)

    def _host(self, at: KeyPath, table: Mapping[str, Any]) -> HostConfig | None:
        lacking, name = self._lacks(at), str(at[-1])
        if "keys" in self.without or lacking:
            place = {key: value for key, value in table.items() if key in PLACE}
            value, faults = self.references.document.check(PlaceTable, place, at)
            self.faults += self.references.besides(faults)
            return HostConfig(name=name, options={}, lacking=lacking, **dataclasses.asdict(value)) if value else None
        options = self._options("hosts", at, table, PLACE)
        if options is None:
            return None
        common = {key: options.pop(key) for key in PLACE}
        self._build("hosts", at, common["kind"], {"name": name, "url": common["url"], **options})
        return HostConfig(name=name, options=options, **common)

    def one(self, room: str, at: KeyPath, table: Mapping[str, Any], **own: str) -> BackEndConfig | None:
        """A zone or a channel; None where its options are faulty, or this machine lacks a secret in them. `own`: what its class
        takes besides the options."""
        if lacking := self._lacks(at):
            self.lacking.append(f"{dotted(at)}: {lacking}")
            return None
        options = self._options(room, at, table, ("kind",))
        if options is None:
            return None
        kind: str = options.pop("kind")
        self._build(room, at, kind, {**own, **options})
        return BackEndConfig(name={**options, **own}["name"], kind=kind, options=options)

    def _lacks(self, at: KeyPath) -> str:
        return self.references.forgive(at) if "secrets" in self.without else ""

    def _options(self, room: str, at: KeyPath, table: Mapping[str, Any], common: Sequence[str]) -> dict[str, Any] | None:
        """The options in a back-end's table, checked against the fields of its kind's class and those that its room has in
        common; None where they cannot be."""
        document, kind = self.references.document, table.get("kind")
        if not isinstance(kind, str):
            self.faults.append(document.fault((*at, "kind"), "is missing" if kind is None else "should be a string"))
            return None
        try:
            back_end = self.kinds[room](kind)
        except (LookupError, ImportError) as error:
            missing = isinstance(error, ImportError) and f"{kind} needs a package that is not installed: {error.name}"
            self.faults.append(document.fault((*at, "kind"), missing or str(error.args[0])))
            return None
        value, faults = document.check(_schema(kind, back_end, room, common), table, at)
        self.faults += self.references.besides(faults)
        if value is None:
            return None
        return {f.name: self.references.option((*at, f.name), getattr(value, f.name)) for f in dataclasses.fields(value)}

    def _build(self, room: str, at: KeyPath, kind: str, options: Mapping[str, Any]) -> None:
        """Try whether the class takes the options: what it refuses is a fault like the others."""
        try:
            self.kinds[room](kind)(**options)
        except ValueError as error:
            # A broken reference has a fault of its own.
            if not self.references.broken_in(at):
                self.faults.append(self.references.document.fault(at, str(error)))


def _schema(kind: str, back_end: type, room: str, common: Sequence[str]) -> type:
    """The keys of a back-end: the fields of its class, and `common`; the name of a host or a channel is the table's."""
    hints = typing.get_type_hints(back_end, include_extras=True)
    places = typing.get_type_hints(PlaceTable, include_extras=True)
    fields = [(item.name, places[item.name], _default(item)) for item in dataclasses.fields(PlaceTable) if item.name in common]
    named = {*common, *(("name",) if room != "zones" else ())}
    own = (item for item in dataclasses.fields(back_end) if item.init and item.name not in named)
    fields += [(item.name, hints[item.name], _default(item)) for item in own]
    return dataclasses.make_dataclass(kind, fields, kw_only=True, namespace={"__pydantic_config__": STRICT})


def _default(item: Any) -> Any:
    return dataclasses.field(default=item.default, default_factory=item.default_factory)
