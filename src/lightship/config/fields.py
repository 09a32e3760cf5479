"""The little languages inside lightship.toml: URLs, names, database addresses, keys. Each raises ValueError with advice."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, Field, GetPydanticSchema, ValidationInfo
from pyrage import RecipientError, x25519  # type: ignore[import-untyped]

from lightship.core.address import host_and_port


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


def page_url(text: str) -> str:
    """An http or https URL without query, user or trailing slash."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("should be a URL that begins with https:// or http://")
    if parts.query or parts.fragment or "@" in parts.netloc or re.search(r"\s", text):
        raise ValueError("should be a plain URL: no user, query, fragment or space")
    return text.rstrip("/")


def slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", text):
        raise ValueError("a name here has only a-z, 0-9 and - (not at its ends): it becomes part of file names and links")
    return text


def database(text: str, info: ValidationInfo) -> Database:
    """sqlite:///relative, sqlite:////absolute, postgres://user:password@host:port/name?host=/socket&sslmode=require"""
    parts = urlsplit(text)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1 and not parts.query:
        base: Path = (info.context or {})["base"]
        return Database(engine="sqlite", name=str(base / unquote(parts.path[1:])))
    try:
        port = parts.port
    except ValueError:  # its message may hold a part of a password with a slash in it
        raise ValueError("has a port that is not a number; write / : @ in a password as %2F %3A %40") from None
    if parts.scheme in ("postgres", "postgresql") and len(parts.path) > 1:
        options = dict(parse_qsl(parts.query))
        if strange := options.keys() - _POSTGRES_OPTIONS:
            raise ValueError(f"does not know {', '.join(sorted(strange))}; it takes {', '.join(sorted(_POSTGRES_OPTIONS))}")
        return Database(
            engine="postgres",
            name=unquote(parts.path[1:]),
            user=unquote(parts.username or ""),
            password=Secret(unquote(parts.password or "")),
            host=options.pop("host", "") or parts.hostname or "",
            port=port,
            options=options,
        )
    raise ValueError(
        "should be sqlite:///FILE (relative to this file), sqlite:////FILE or postgres://USER:PASSWORD@HOST:PORT/NAME"
    )


_POSTGRES_OPTIONS = {"host", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout"}


def seed(text: str) -> bytes:
    return _key(text, "should be the base64 of a 32-byte Ed25519 seed; `lightship init` makes one")


def public_key(text: str) -> bytes:
    return _key(text, "should be the base64 of a 32-byte Ed25519 public key")


def _key(text: str, advice: str) -> bytes:
    try:
        if len(key := base64.b64decode(text, validate=True)) == 32:
            return key
    except (binascii.Error, ValueError):
        pass
    raise ValueError(advice)


def recipient(text: str) -> str:
    """The public half of a recovery key, as age writes it."""
    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise ValueError("is the recovery key itself, which must never lie here: only its public half, age1…, does")
    try:
        return str(x25519.Recipient.from_str(text))
    except RecipientError:
        raise ValueError("should be the public half of a recovery key (age1…); `lightship recovery new` makes one") from None


def address(text: str) -> str:
    """An IPv4 or IPv6 address, as its shortest text."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an IPv4 or IPv6 address") from None


def host_name(text: str) -> str:
    """A name of the DNS (RFC 1123), without the dot at its end, in lower case; an underscore may begin a label."""
    name = text.rstrip(".").lower()
    if not re.fullmatch(r"(?=.{1,253}$)(_?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*_?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
        raise ValueError("should be a name of the DNS, such as acmestatus.net")
    return name


def listening(text: str) -> str:
    """`127.0.0.1:8444`, `[::]:8444`."""
    address(host_and_port(text)[0])
    return text


def place(text: str) -> str:
    """ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT."""
    parts = urlsplit(f"//{text}" if text.count(":") < 2 or text.startswith("[") else f"//[{text}]")
    try:
        return f"[{ipaddress.ip_address(parts.hostname or '')}]:{parts.port or 53}"
    except ValueError:
        raise ValueError(f"{text!r} is not an address, or ADDRESS:PORT") from None


def _in_folder(path: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {})["base"]
    return base / path


def parsed(read: Callable[..., Any]) -> GetPydanticSchema:
    """A string in the file, whose value is what `read` makes of it."""
    return GetPydanticSchema(lambda _, handler: handler.generate_schema(Annotated[str, AfterValidator(read)]))


Url = Annotated[str, AfterValidator(page_url)]
Slug = Annotated[str, AfterValidator(slug)]
Address = Annotated[str, AfterValidator(address)]
Name = Annotated[str, AfterValidator(host_name)]
Listen = Annotated[str, AfterValidator(listening)]
NameServer = Annotated[str, AfterValidator(place)]
Recipient = Annotated[str, AfterValidator(recipient)]
DatabaseUrl = Annotated[Database, parsed(database)]
DeskSecret = Annotated[str, Field(min_length=32), AfterValidator(Secret)]
Credential = Annotated[str, AfterValidator(Secret)]
Seed = Annotated[bytes, parsed(seed)]
PublicKey = Annotated[bytes, parsed(public_key)]
InFolder = Annotated[Path, AfterValidator(_in_folder)]
"""A path, relative to the folder of the file."""
