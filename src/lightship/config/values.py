"""What lightship.toml says, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from lightship.config.toml import ConfigError, Fault, table


class Secret(str):
    """A string that does not show itself in a log or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """`engine` is sqlite (then `name` is an absolute path) or postgres. `host` may be the folder of a Unix socket."""

    engine: str
    name: str
    user: str = ""
    password: Secret = field(default_factory=Secret)
    host: str = ""
    port: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    url: str
    database: Database
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class HostConfig:
    """One place for a page. `find(kind)(name=name, url=url, **options)` makes the host. `address`: what the page's name
    points at when it points here (IPv4 and IPv6), or `cname`, a name; neither: the name never points here. `lacking`: what
    this machine lacks to write there, where the file was read without "secrets"."""

    name: str
    kind: str
    url: str
    options: Mapping[str, Any]
    address: tuple[str, ...] = ()
    cname: str = ""
    lacking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneConfig:
    """Where the page's name is kept. `find(kind)(**options)` makes the zone; `name` is among the options too."""

    kind: str
    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """One way to tell people. `find(kind)(name=name, **options)` makes the channel."""

    name: str
    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A witness as the others know it. `public` (32 bytes) and `url` are there where votes go from witness to witness."""

    name: str
    url: str = ""
    public: bytes = b""


@table
class Pulse:
    """How often, in seconds, the publisher shows that it lives: in calm, and while an incident is open."""

    calm: Annotated[int, Field(ge=10)] = 300
    incident: Annotated[int, Field(ge=10)] = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessConfig:
    """What the witness on this machine is. `key` is the 32-byte seed of its Ed25519 key, `listen` an ADDRESS:PORT and
    `certificate` a PEM file of chain and key: for votes that go from witness to witness. `roots`: certificate authorities to
    trust instead of the system's."""

    name: str = ""
    interval: float = 2.0
    timeout: float = 1.5
    count: int = 3
    patience: float = 30.0
    listen: str = ""
    certificate: Path | None = None
    roots: Path | None = None
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateConfig:
    """How the certificate for the page's name is had and where it is put. `account` is the PEM of a P-256 key. `install`: a
    command for each place. `ca`: a file with the authority of the directory's own certificate. `nameservers`: ADDRESS or
    ADDRESS:PORT, where those of the zone should not be looked up."""

    names: tuple[str, ...]
    account: str = field(repr=False)
    directory: str
    email: str = ""
    install: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ca: Path | None = None
    nameservers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageConfig:
    """`key` is the 32-byte seed of the page's Ed25519 key; empty where only `public` is told, as a witness needs no more.
    `proven`: how many hosts must serve an update before it counts. `hosts`: the most preferred first."""

    slug: str
    url: str
    key: bytes = field(repr=False)
    proven: int
    pulse: Pulse
    hosts: tuple[HostConfig, ...]
    public: bytes = b""
    watches: tuple[str, ...] = ()
    zone: ZoneConfig | None = None
    witnesses: tuple[Peer, ...] = ()
    service_worker: bool = True
    certificate: CertificateConfig | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """`recovery`: age recipients, whose keys open the vault; none: there is no vault. `public`: it lies where anyone may
    fetch it (and without the key not read it)."""

    recovery: tuple[str, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`path` is the file as it was named; relative paths in it are relative to `base`, its folder. `text` is what it said
    when it was read, and `secrets` what it referred to then: ("env" or "file", its name there) -> the value. `lacking`:
    what was left out because this machine lacks its secrets, in words."""

    path: Path
    base: Path
    pages: Mapping[str, PageConfig]
    channels: tuple[ChannelConfig, ...] = ()
    lacking: tuple[str, ...] = ()
    desk_or_none: Desk | None = None
    vault: Vault = field(default_factory=Vault)
    text: str = field(default="", repr=False)
    secrets: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    witness: WitnessConfig = field(default_factory=WitnessConfig)

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
        what = (
            f"there are several pages ({names}): say which with --page"
            if slug is None
            else f"no page {slug!r}; there is {names}"
        )
        raise ConfigError([Fault(str(self.path), 0, "pages", what)])
