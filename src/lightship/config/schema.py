"""The tables of lightship.toml as pydantic reads them, before the parts that they refer to are compared."""

import dataclasses
import typing
from collections.abc import Sequence
from dataclasses import field
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from lightship.config.fields import Address, Name, PublicKey, Slug, Url
from lightship.config.toml import STRICT, table
from lightship.config.values import Desk, HostConfig, PageConfig, PageOptions, Peer, Vault, WitnessConfig, ZoneConfig


@table
class PeerTable:
    url: Url = ""
    public: PublicKey = b""


@table
class PlaceTable:
    """The keys of every host, whatever its kind."""

    kind: str
    url: Url
    address: tuple[Address, ...] = ()
    cname: Name = ""


PLACE = tuple(field.name for field in dataclasses.fields(PlaceTable))


@table
class PageTable(PageOptions):
    zone: dict[str, Any] = field(default_factory=dict)
    witnesses: dict[Slug, PeerTable] = field(default_factory=dict)
    hosts: Annotated[dict[Slug, dict[str, Any]], Field(min_length=1)]


@table
class FileTable:
    desk: Desk | None = None
    witness: WitnessConfig | None = None
    channels: dict[Slug, dict[str, Any]] = field(default_factory=dict)
    vault: Vault = field(default_factory=Vault)
    pages: Annotated[dict[Slug, PageTable], Field(min_length=1)]


def schema(kind: str, back_end: type, room: str, common: Sequence[str]) -> type:
    """The keys of a back-end of that class: its fields, and those of `common`; the name of a host or a channel is the
    table's."""
    hints = typing.get_type_hints(back_end, include_extras=True)
    places = typing.get_type_hints(PlaceTable, include_extras=True)
    fields = [(item.name, places[item.name], _default(item)) for item in dataclasses.fields(PlaceTable) if item.name in common]
    named = {*common, *(("name",) if room != "zones" else ())}
    own = (item for item in dataclasses.fields(back_end) if item.init and item.name not in named)
    fields += [(item.name, hints[item.name], _default(item)) for item in own]
    return dataclasses.make_dataclass(kind, fields, kw_only=True, namespace={"__pydantic_config__": STRICT})


def page_config(slug: str, page: PageTable, hosts: tuple[HostConfig, ...], zone: ZoneConfig | None) -> PageConfig:
    options = {item.name: getattr(page, item.name) for item in dataclasses.fields(PageOptions)}
    if page.certificate and not page.certificate.names:
        names = (urlsplit(page.url).hostname or "",)
        options["certificate"] = dataclasses.replace(page.certificate, names=names)
    witnesses = tuple(Peer(name=name, url=peer.url, public=peer.public) for name, peer in page.witnesses.items())
    return PageConfig(slug=slug, hosts=hosts, zone=zone, witnesses=witnesses, **options)


def _default(item: Any) -> Any:
    return dataclasses.field(default=item.default, default_factory=item.default_factory)
