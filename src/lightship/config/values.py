"""What lightship.toml says, as frozen values; and its tables as pydantic reads them, before the parts that they refer to are
compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from lightship.config import fields
from lightship.config.toml import ConfigError, Fault, table


@table
class Desk:
    url: fields.Url
    database: fields.DatabaseUrl
    secret: fields.DeskSecret


@table
class PlaceTable:
    """The keys of every host, whatever its kind. `address`: what the page's name points at when it points here (IPv4 and IPv6),
    or `cname`, a name; neither: the name never points here."""

    kind: str
    url: fields.Url
    address: tuple[fields.Address, ...] = ()
    cname: fields.Name = ""


PLACE = tuple(PlaceTable.__annotations__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostConfig(PlaceTable):
    """One place for a page. `find(kind)(name=name, url=url, **options)` makes the host. `lacking`: what this machine lacks to
    write there, where the file was read without "secrets"."""

    name: str
    options: Mapping[str, Any]
    lacking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackEndConfig:
    """The zone in which a page's name is kept: `find(kind)(**options)` makes it; `name` is among the options too. Or a channel,
    one way to tell people: `find(kind)(name=name, **options)` makes it."""

    name: str
    kind: str
    options: Mapping[str, Any]


@table
class PeerTable:
    """`public` (32 bytes) and `url` are given where votes go from witness to witness."""

    url: fields.Url = ""
    public: fields.PublicKey = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer(PeerTable):
    """A witness as its peers know it."""

    name: str


@table
class Pulse:
    """Seconds from one pulse of the publisher to the next: in calm, and while an incident is open."""

    calm: Annotated[int, Field(ge=10)] = 300
    incident: Annotated[int, Field(ge=10)] = 60


@table
class WitnessConfig:
    """What the witness on this machine is. Times in seconds. For votes that go from witness to witness: `key` is the 32-byte
    seed of its Ed25519 key, `listen` an ADDRESS:PORT and `certificate` a PEM file of chain and key. `roots`: certificate
    authorities to trust instead of the system's."""

    name: fields.Slug
    # A vote is given after each check, and counts for 15 seconds (core/steering/records.py): who checks seldom never votes.
    interval: Annotated[float, Field(ge=0.2, le=5)] = 2.0
    timeout: Annotated[float, Field(ge=0.1, le=5)] = 1.5
    count: Annotated[int, Field(ge=1, le=20)] = 3
    patience: Annotated[float, Field(ge=0, le=3600)] = 30.0
    listen: fields.Listen = ""
    certificate: fields.InFolder | None = None
    roots: fields.InFolder | None = None
    key: fields.Seed = field(default=b"", repr=False)


@table
class CertificateConfig:
    """How the certificate for the page's name is ordered and where it is put. `account` is the PEM of a P-256 key. `names`:
    the page's own, where none is given. `install`: a command for each place. `ca`: a file with the authority of the
    directory's own certificate. `nameservers`: ADDRESS or ADDRESS:PORT, where those of the zone should not be looked up."""

    account: fields.Credential = field(repr=False)
    directory: fields.Url = "https://acme-v02.api.letsencrypt.org/directory"
    email: str = ""
    names: tuple[fields.Name, ...] = ()
    install: dict[fields.Slug, Annotated[tuple[str, ...], Field(min_length=1)]] = field(default_factory=dict)
    ca: fields.InFolder | None = None
    nameservers: tuple[fields.NameServer, ...] = ()


@table
class PageOptions:
    """`key` is the 32-byte seed of the page's Ed25519 key; empty where only `public` is given, as a witness needs no more.
    `proven`: how many hosts must serve an update before it counts."""

    url: fields.Url
    key: fields.Seed = field(default=b"", repr=False)
    public: fields.PublicKey = b""
    watches: tuple[str, ...] = ()
    proven: Annotated[int, Field(ge=1)] = 1
    pulse: Pulse = field(default_factory=Pulse)
    service_worker: bool = True
    certificate: CertificateConfig | None = None


@table
class PageTable(PageOptions):
    zone: dict[str, Any] = field(default_factory=dict)
    witnesses: dict[fields.Slug, PeerTable] = field(default_factory=dict)
    hosts: Annotated[dict[fields.Slug, dict[str, Any]], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageConfig(PageOptions):
    """A page, with its hosts, the most preferred first."""

    slug: str
    hosts: tuple[HostConfig, ...]
    zone: BackEndConfig | None = None
    witnesses: tuple[Peer, ...] = ()


@table
class Vault:
    """`recovery`: age recipients, whose keys open the vault; none: there is no vault. `public`: it lies where anyone may
    fetch it (and not read it without the key)."""

    recovery: tuple[fields.Recipient, ...] = ()
    public: bool = False


@table
class FileTable:
    desk: Desk | None = None
    witness: WitnessConfig | None = None
    channels: dict[fields.Slug, dict[str, Any]] = field(default_factory=dict)
    vault: Vault = field(default_factory=Vault)
    pages: Annotated[dict[fields.Slug, PageTable], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`path` is the file as it was named; relative paths in it are relative to `base`, its folder. `text` is the file's text
    when it was read, and `secrets` the values of its references then: ("env" or "file", its name there) -> the value.
    `lacking`: what was left out because this machine lacks its secrets, a message each."""

    path: Path
    base: Path
    pages: Mapping[str, PageConfig]
    channels: tuple[BackEndConfig, ...] = ()
    lacking: tuple[str, ...] = ()
    desk_or_none: Desk | None = None
    vault: Vault = field(default_factory=Vault)
    text: str = field(default="", repr=False)
    secrets: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    witness: WitnessConfig = field(default_factory=lambda: WitnessConfig(name=""))

    @property
    def desk(self) -> Desk:
        """ConfigError where the file was read without a desk."""
        if self.desk_or_none is None:
            raise ConfigError([Fault(str(self.path), 0, "desk", "is missing")])
        return self.desk_or_none

    def page(self, slug: str | None) -> PageConfig:
        """The page of that slug, or the only one there is."""
        if slug is None and len(self.pages) == 1:
            return next(iter(self.pages.values()))
        if slug is not None and slug in self.pages:
            return self.pages[slug]
        names = ", ".join(self.pages)
        what = f"no page {slug!r}; there is {names}"
        if slug is None:
            what = f"there are several pages ({names}): say which with --page"
        raise ConfigError([Fault(str(self.path), 0, "pages", what)])
