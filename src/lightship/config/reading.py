"""One pass over lightship.toml: its schema, what it refers to, and what only shows when its parts are compared."""

import base64
import dataclasses
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from lightship.config.fields import Slug, Url, database, seed
from lightship.config.toml import STRICT, ConfigError, Document, Fault, KeyPath, dotted
from lightship.config.values import Config, Desk, HostConfig, PageConfig, Pulse, Secret

Kinds = Mapping[str, Callable[[str], type]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    url: Url
    database: Annotated[str, AfterValidator(database)]
    secret: Annotated[str, Field(min_length=32)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    url: Url
    key: Annotated[str, AfterValidator(seed)]
    proven: Annotated[int, Field(ge=1)] = 1
    pulse: Pulse = field(default_factory=Pulse)
    hosts: Annotated[dict[Slug, dict[str, Any]], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    desk: _Desk
    pages: Annotated[dict[Slug, _Page], Field(min_length=1)]


class Reading:
    """Gathers faults as it goes, so that all are told at once."""

    def __init__(self, document: Document, path: Path, base: Path, env: Mapping[str, str], kinds: Kinds) -> None:
        self.document, self.path, self.base, self.env, self.kinds = document, path, base, env, kinds
        self.faults: list[Fault] = []
        self.referred: set[KeyPath] = set()
        self.broken: set[str] = set()

    def config(self) -> Config:
        data = self.resolved(_with_defaults(self.without_later_work(self.document.data)), ())
        file, faults = self.document.check(_File, data, context={"base": self.base})
        self.add(faults)
        hosts = {slug: self.hosts(slug, page) for slug, page in _tables(_get(data, "pages"))}
        self.refuse_twins(data, hosts)
        self.refuse_too_many_proven(data)
        if self.faults:
            raise ConfigError(self.faults)
        pages = {slug: _page(slug, page, hosts[slug]) for slug, page in file.pages.items()}
        desk = Desk(url=file.desk.url, database=file.desk.database, secret=Secret(file.desk.secret))
        return Config(path=self.path, base=self.base, desk=desk, pages=pages)

    def add(self, faults: Iterable[Fault]) -> None:
        """But what is wrong with the value of a reference that led nowhere: that has been told already."""
        self.faults += [fault for fault in faults if fault.key not in self.broken or fault.what.startswith("unknown key")]

    def without_later_work(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A copy without the options that nothing obeys yet: each is refused, for an option must not be idle."""
        kept = {key: value for key, value in data.items() if not self.is_later((), key, {"channels"})}
        pages = {}
        for slug, page in _tables(data.get("pages")):
            pages[slug] = {k: v for k, v in page.items() if not self.is_later(("pages", slug), k, {"zone", "watches"})}
            hosts = {
                name: {
                    k: v for k, v in host.items() if not self.is_later(("pages", slug, "hosts", name), k, {"address", "cname"})
                }
                for name, host in _tables(page.get("hosts"))
            }
            if isinstance(page.get("hosts"), dict):
                pages[slug]["hosts"] = {**page["hosts"], **hosts}
        return {**kept, "pages": {**kept["pages"], **pages}} if isinstance(kept.get("pages"), dict) else kept

    def is_later(self, at: KeyPath, key: str, later: set[str]) -> bool:
        if key in later:
            self.faults.append(self.document.fault((*at, key), "is not supported by this version of Lightship; take it out"))
        return key in later

    def resolved(self, value: Any, at: KeyPath) -> Any:
        """With `{ env = "NAME" }` and `{ file = "PATH" }` replaced by what they name."""
        if isinstance(value, list):
            return [self.resolved(item, (*at, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and isinstance(value.get("env"), str):
            return self.referred_to(at, self.env.get(value["env"]), f"the environment has no {value['env']}")
        if len(value) == 1 and isinstance(value.get("file"), str):
            text, wrong = self.text(self.base / value["file"])
            return self.referred_to(at, text, wrong)
        return {key: self.resolved(item, (*at, key)) for key, item in value.items()}

    def referred_to(self, at: KeyPath, text: str | None, wrong: str) -> str:
        self.referred.add(at)
        if text is None:
            fault = self.document.fault(at, wrong)
            self.broken.add(fault.key)
            self.faults.append(fault)
        return text or ""

    def text(self, path: Path) -> tuple[str | None, str]:
        try:
            return path.read_text("utf-8").rstrip("\r\n"), ""
        except OSError as error:
            hint = "; `lightship init` makes it" if path.parent == self.base / "keys" else ""
            return None, f"cannot read {path}: {error.strerror}{hint}"
        except UnicodeDecodeError:
            return None, f"cannot read {path}: not UTF-8 text"

    def hosts(self, slug: str, page: Mapping[str, Any]) -> tuple[HostConfig, ...]:
        found = (self.host(("pages", slug, "hosts", name), host) for name, host in _tables(page.get("hosts")))
        return tuple(host for host in found if host)

    def host(self, at: KeyPath, host: Mapping[str, Any]) -> HostConfig | None:
        """The host, its options checked against the fields of its kind's class."""
        kind = host.get("kind")
        if not isinstance(kind, str):
            self.faults.append(self.document.fault((*at, "kind"), "is missing" if kind is None else "should be a string"))
            return None
        try:
            back_end = self.kinds["hosts"](kind)
        except LookupError as error:
            self.faults.append(self.document.fault((*at, "kind"), str(error.args[0])))
            return None
        except ImportError as error:
            self.faults.append(
                self.document.fault((*at, "kind"), f"{kind} needs a package that is not installed: {error.name}")
            )
            return None
        value, faults = self.document.check(_schema(kind, back_end), host, at)
        self.add(faults)
        if value is None:
            return None
        options = {f.name: self.option((*at, f.name), getattr(value, f.name)) for f in dataclasses.fields(value)}
        made = HostConfig(name=str(at[-1]), kind=options.pop("kind"), url=options.pop("url"), options=options)
        try:
            back_end(name=made.name, url=made.url, **options)
        except ValueError as error:
            # Where a reference led nowhere, what the class misses has been told already.
            if not any(key.startswith(dotted(at) + ".") for key in self.broken):
                self.faults.append(self.document.fault(at, str(error)))
        return made

    def option(self, at: KeyPath, value: Any) -> Any:
        if isinstance(value, Path):
            return self.base / value
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
            if not isinstance(host.options.get("path"), Path)
        ]
        self.refuse_same("url", "is also the URL of", [(at, str(url).rstrip("/").lower()) for at, url in pages])
        self.refuse_same("url", "is also the URL of", [(at, host.url.lower()) for at, host in every])
        self.refuse_same("path", "is also the folder of", folders)
        self.refuse_same("", "is the same place as", others)

    def refuse_same(self, key: str, what: str, found: Sequence[tuple[KeyPath, Any]]) -> None:
        first: dict[str, KeyPath] = {}
        for owner, value in found:
            other = first.setdefault(repr(value), owner)
            if other != owner:
                self.faults.append(self.document.fault((*owner, key) if key else owner, f"{what} {dotted(other)}"))

    def refuse_too_many_proven(self, data: Mapping[str, Any]) -> None:
        for slug, page in _tables(_get(data, "pages")):
            proven, hosts = page.get("proven"), page.get("hosts")
            if isinstance(proven, int) and isinstance(hosts, dict) and proven > len(hosts):
                what = f"asks for more hosts than there are ({len(hosts)}): nobody would ever be told"
                self.faults.append(self.document.fault(("pages", slug, "proven"), what))


def _with_defaults(data: dict[str, Any]) -> dict[str, Any]:
    """With the keys of the pages, the secret of the desk and its database where `init` puts them."""
    pages = {slug: {"key": {"file": f"keys/{slug}.key"}, **page} for slug, page in _tables(data.get("pages"))}
    full = {**data, "pages": {**data["pages"], **pages}} if isinstance(data.get("pages"), dict) else dict(data)
    if isinstance(full.get("desk"), dict):
        usual = {"secret": {"file": "keys/desk.secret"}, "database": "sqlite:///desk.sqlite3"}
        full["desk"] = {**usual, **full["desk"]}
    return full


def _schema(kind: str, back_end: type) -> type:
    """What a host of that class may say: its fields, and `kind` and `url`, but `name`, which is the table's."""
    hints = typing.get_type_hints(back_end, include_extras=True)
    fields: list[Any] = [("kind", str), ("url", Url)]
    for item in dataclasses.fields(back_end):
        if item.name in ("name", "url") or not item.init:
            continue
        default = dataclasses.field(default=item.default, default_factory=item.default_factory)
        fields.append((item.name, hints[item.name], default))
    return dataclasses.make_dataclass(kind, fields, kw_only=True, namespace={"__pydantic_config__": STRICT})


def _page(slug: str, page: _Page, hosts: tuple[HostConfig, ...]) -> PageConfig:
    key = base64.b64decode(page.key)
    return PageConfig(slug=slug, url=page.url, key=key, proven=page.proven, pulse=page.pulse, hosts=hosts)


def _tables(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of a table; nothing where it is something else, which the schema tells."""
    return ((key, item) for key, item in value.items() if isinstance(item, dict)) if isinstance(value, dict) else iter(())


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
