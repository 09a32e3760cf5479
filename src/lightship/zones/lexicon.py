"""Many more DNS providers, through dns-lexicon: read, compare, write, read back. It cannot compare and set in one step."""

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, quote_plus

from lexicon._private.discovery import find_providers, load_provider_module
from lexicon.config import ConfigResolver
from lexicon.exceptions import AuthenticationError

from lightship.config.fields import Name
from lightship.zones import Key, Sets, ZoneError
from lightship.zones._records import Provider, Rows, check_ttl, check_written, owner, values

PATIENCE = 45
AT_ONCE = 8
ASTRAY = {"desec", "devnomads", "mythicbeasts", "powerdns", "rcodezero", "ultradns"}
"""Providers for which lexicon appends the zone to a CNAME target outside of the zone."""
FLOORS = {"cloudflare": 60, "desec": 3600, "gandi": 300, "godaddy": 600, "namecom": 300, "namesilo": 3600, "porkbun": 600}
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Lexicon(Provider):
    """`provider` and the options in `auth` are named as on `lexicon PROVIDER --help`, without the dashes in front: auth_token,
    auth_username. `zone` is the domain as the provider holds it."""

    atomic: ClassVar[bool] = False
    floor: ClassVar[int] = 60

    zone: Name
    provider: str
    auth: dict[str, str] = field(default_factory=dict, repr=False)
    ttl: int = 60

    def __post_init__(self) -> None:
        usable = {name: ready for name, ready in find_providers().items() if name not in ("auto", "ddns", "localzone")}
        if self.provider == "ddns":
            raise ValueError(
                'provider "ddns" reports denied updates as done; use kind = "rfc2136" for name servers of your own'
            )
        if self.provider not in usable:
            raise ValueError(f"lexicon has no provider {self.provider!r}; it has {', '.join(sorted(usable))}")
        if not usable[self.provider]:
            raise ValueError(f"provider {self.provider!r} needs more: install dns-lexicon[{self.provider}]")
        check_ttl(self.ttl, FLOORS.get(self.provider, self.floor), self.provider)

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return self._within(partial(super().read, name, keys), writes=False)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        self._within(partial(super().set_records, name, to, expecting=expecting), writes=True)

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        self._refuse(to)
        provider = self._open()
        # Deletions first: a CNAME excludes every other type.
        for key in sorted(to, key=lambda key: (bool(to[key]), key)):
            self._change_set(provider, owner(name, key[0]), key[1], to[key], current[key])
        check_written(name, self._sets(self._read(name, to)), to)

    def _refuse(self, to: Sets) -> None:
        """Refuse values that lexicon writes wrongly, before anything is deleted for them."""
        for (_, kind), wanted in to.items():
            if kind == "TXT" and any(set(text) & set('"\\') for text in wanted):
                raise ZoneError("lexicon's providers do not agree how to write quotation marks in a text", permanent=True)
            outside = kind == "CNAME" and any(not f".{target}".endswith(f".{self.zone}") for target in wanted)
            if outside and self.provider in ASTRAY:
                problem = f"lexicon writes the target of a CNAME outside of {self.zone} wrongly for {self.provider}"
                raise ZoneError(f"{problem}: give the host an `address` instead of `cname`", permanent=True)

    def _change_set(self, provider: Any, full: str, kind: str, wanted: Collection[str], current: Collection[Any]) -> None:
        # A provider may keep a set's old TTL for a record added to it: then the set is deleted first.
        fresh = kind == "CNAME" or any(int(record.get("ttl") or self.ttl) != self.ttl for record in current)
        if fresh:
            _delete(provider, full, kind, current)
        for value in sorted(set(wanted) - (set() if fresh else self._values(kind, current))):
            provider.create_record(kind, full, value)
        if not fresh:
            _delete(provider, full, kind, [record for record in current if not self._values(kind, [record]) & set(wanted)])

    def _read(self, name: str, keys: Collection[Key]) -> Rows:
        provider = self._open()
        return {
            (label, kind): [
                record
                for record in provider.list_records(kind, owner(name, label))
                if record["type"] == kind and record["name"].rstrip(".").lower() == owner(name, label)
            ]
            for label, kind in sorted(keys)
        }

    def _values(self, kind: str, rows: Collection[Any]) -> frozenset[str]:
        return values(kind, (record["content"] for record in rows))

    def _open(self) -> Any:
        # Not lexicon's Client: it downloads the list of public suffixes to guess the zone, which we know.
        config = ConfigResolver().with_dict(  # type: ignore[no-untyped-call]
            {"provider_name": self.provider, "domain": self.zone, "ttl": self.ttl, self.provider: dict(self.auth)}
        )
        provider = load_provider_module(self.provider).Provider(config)
        provider.authenticate()
        return provider

    def _within(self, work: Callable[[], Result], *, writes: bool) -> Result:
        """Do the work with a time limit: most of lexicon's providers would wait for ever for an answer."""
        if not self._slots.acquire(blocking=False):
            raise ZoneError(
                f"{self.provider} has left {AT_ONCE} requests without an answer; no more is asked until it gives one"
            )
        result = Future[Result]()

        def run() -> None:
            try:
                result.set_result(work())
            except BaseException as error:
                result.set_exception(error)
            finally:
                self._slots.release()

        threading.Thread(target=run, daemon=True, name=f"lexicon-{self.provider}").start()
        if not wait([result], PATIENCE).done:
            raise ZoneError(f"{self.provider} does not answer within {PATIENCE} s", unknown=writes)
        try:
            return result.result()
        except ZoneError:
            raise
        except BaseException as error:
            raise self._explained(error, writes=writes) from error

    @cached_property
    def _slots(self) -> threading.Semaphore:
        """A request that hangs for ever keeps a thread and a connection, and a process has few."""
        return threading.Semaphore(AT_ONCE)

    def _explained(self, error: BaseException, *, writes: bool) -> ZoneError:
        """Providers raise exceptions of any kind."""
        status = getattr(getattr(error, "response", None), "status_code", 0)
        denied = isinstance(error, AuthenticationError) or status in (401, 403)
        message = str(error) or type(error).__name__
        # Some providers take their key in the URL, which errors then show.
        for value in filter(None, self.auth.values()):
            for secret in (value, quote(value), quote_plus(value)):
                message = message.replace(secret, "***")
        advice = ": are the options in `auth` right?" if denied else ""
        return ZoneError(
            f"{self.provider}: {message}{advice}", permanent=denied or 400 <= status < 429, unknown=writes and not denied
        )


def _delete(provider: Any, full: str, kind: str, current: Collection[Any]) -> None:
    for record in current:
        provider.delete_record(rtype=kind, name=full, content=record["content"])
