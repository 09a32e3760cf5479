"""The tables of lightship.toml as pydantic reads them, before what they refer to is compared."""

import base64
import dataclasses
import typing
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from lightship.config.fields import Address, Slug, Url, database, host_name, listening, place, public_key, recipient, seed
from lightship.config.toml import STRICT, table
from lightship.config.values import CertificateConfig, HostConfig, PageConfig, Peer, Pulse, Secret, ZoneConfig


@table
class DeskTable:
    url: Url
    database: Annotated[str, AfterValidator(database)]
    secret: Annotated[str, Field(min_length=32)]


@table
class FellowTable:
    url: Url = ""
    public: Annotated[str, AfterValidator(public_key)] = ""


@table
class WitnessTable:
    name: Slug
    # A vote is given after each look, and counts for 15 seconds (core/steering/records.py): who looks seldom never votes.
    interval: Annotated[float, Field(ge=0.2, le=5)] = 2.0
    timeout: Annotated[float, Field(ge=0.1, le=5)] = 1.5
    count: Annotated[int, Field(ge=1, le=20)] = 3
    patience: Annotated[float, Field(ge=0, le=3600)] = 30.0
    listen: Annotated[str, AfterValidator(listening)] = ""
    certificate: Path | None = None
    roots: Path | None = None
    key: Annotated[str, AfterValidator(seed)] = ""


@table
class PlaceTable:
    """What every host says, whatever its kind."""

    kind: str
    url: Url
    address: list[Address] = field(default_factory=list)
    cname: Annotated[str, AfterValidator(host_name)] = ""


PLACE = tuple(field.name for field in dataclasses.fields(PlaceTable))


@table
class CertificateTable:
    account: str
    directory: Url = "https://acme-v02.api.letsencrypt.org/directory"
    email: str = ""
    names: list[Annotated[str, AfterValidator(host_name)]] = field(default_factory=list)
    install: dict[Slug, Annotated[list[str], Field(min_length=1)]] = field(default_factory=dict)
    ca: Path | None = None
    nameservers: list[Annotated[str, AfterValidator(place)]] = field(default_factory=list)


@table
class PageTable:
    url: Url
    key: Annotated[str, AfterValidator(seed)] = ""
    public: Annotated[str, AfterValidator(public_key)] = ""
    watches: list[str] = field(default_factory=list)
    zone: dict[str, Any] = field(default_factory=dict)
    witnesses: dict[Slug, FellowTable] = field(default_factory=dict)
    proven: Annotated[int, Field(ge=1)] = 1
    pulse: Pulse = field(default_factory=Pulse)
    service_worker: bool = True
    certificate: CertificateTable | None = None
    hosts: Annotated[dict[Slug, dict[str, Any]], Field(min_length=1)]


@table
class VaultTable:
    recovery: list[Annotated[str, AfterValidator(recipient)]] = field(default_factory=list)
    public: bool = False


@table
class FileTable:
    desk: DeskTable | None = None
    witness: WitnessTable | None = None
    channels: dict[Slug, dict[str, Any]] = field(default_factory=dict)
    vault: VaultTable = field(default_factory=VaultTable)
    pages: Annotated[dict[Slug, PageTable], Field(min_length=1)]


def schema(kind: str, back_end: type, room: str, common: Sequence[str]) -> type:
    """What a back-end of that class may say: its fields, and those of `common`; the name of a host or a channel is the
    table's."""
    hints = typing.get_type_hints(back_end, include_extras=True)
    places = typing.get_type_hints(PlaceTable, include_extras=True)
    fields = [(item.name, places[item.name], _default(item)) for item in dataclasses.fields(PlaceTable) if item.name in common]
    named = {*common, *(("name",) if room != "zones" else ())}
    own = (item for item in dataclasses.fields(back_end) if item.init and item.name not in named)
    fields += [(item.name, hints[item.name], _default(item)) for item in own]
    return dataclasses.make_dataclass(kind, fields, kw_only=True, namespace={"__pydantic_config__": STRICT})


def page_config(slug: str, page: PageTable, hosts: tuple[HostConfig, ...], zone: ZoneConfig | None, base: Path) -> PageConfig:
    return PageConfig(
        slug=slug,
        url=page.url,
        key=base64.b64decode(page.key),
        public=base64.b64decode(page.public),
        proven=page.proven,
        pulse=page.pulse,
        service_worker=page.service_worker,
        hosts=hosts,
        watches=tuple(page.watches),
        zone=zone,
        certificate=_certificate(page.certificate, page.url, base),
        witnesses=tuple(
            Peer(name=name, url=peer.url, public=base64.b64decode(peer.public)) for name, peer in page.witnesses.items()
        ),
    )


def _certificate(wanted: CertificateTable | None, url: str, base: Path) -> CertificateConfig | None:
    """For the page's own name, where no names are told."""
    if wanted is None:
        return None
    return CertificateConfig(
        names=tuple(wanted.names) or (urlsplit(url).hostname or "",),
        account=Secret(wanted.account),
        directory=wanted.directory,
        email=wanted.email,
        install={place: tuple(command) for place, command in wanted.install.items()},
        ca=wanted.ca and base / wanted.ca,
        nameservers=tuple(wanted.nameservers),
    )


def _default(item: Any) -> Any:
    return dataclasses.field(default=item.default, default_factory=item.default_factory)
