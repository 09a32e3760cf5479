"""The long tail of DNS providers, through dns-lexicon: read, compare, write, read back. No comparing and setting at once."""

import queue
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, quote_plus

from lexicon._private.discovery import find_providers, load_provider_module
from lexicon.config import ConfigResolver
from lexicon.exceptions import AuthenticationError

from lightship.config.fields import Name
from lightship.zones import Key, Sets, ZoneError
from lightship.zones._records import agreed, check_ttl, expect, owner, values

PATIENCE = 45
AT_ONCE = 8
ASTRAY = {"desec", "devnomads", "mythicbeasts", "powerdns", "rcodezero", "ultradns"}
"""Providers for which lexicon appends the zone to the target of a CNAME that lies outside of it."""
FLOORS = {"cloudflare": 60, "desec": 3600, "gandi": 300, "godaddy": 600, "namecom": 300, "namesilo": 3600, "porkbun": 600}
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """`provider` and the options in `auth` are named as on `lexicon PROVIDER --help`, without the dashes in front: auth_token,
    auth_username. `zone` is the domain as the provider holds it."""

    atomic: ClassVar[bool] = False
    holds_votes: ClassVar[bool] = False
    holds_txt: ClassVar[bool] = True
    floor: ClassVar[int] = 60

    name: Name
    zone: Name
    provider: str
    auth: dict[str, str] = field(default_factory=dict, repr=False)
    ttl: int = 60

    def __post_init__(self) -> None:
        known = {name: able for name, able in find_providers().items() if name not in ("auto", "ddns", "localzone")}
        if self.provider == "ddns":
            raise ValueError(
                'provider "ddns" reports denied updates as done; use kind = "rfc2136" for name servers of your own'
            )
        if self.provider not in known:
            raise ValueError(f"lexicon has no provider {self.provider!r}; it has {', '.join(sorted(known))}")
        if not known[self.provider]:
            raise ValueError(f"provider {self.provider!r} needs more: install dns-lexicon[{self.provider}]")
        check_ttl(self.ttl, FLOORS.get(self.provider, self.floor), self.provider)

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return self._within(lambda: _sets(self._held(self._open(), name, keys)), writes=False)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = agreed(to, expecting)
        self._refuse(to)

        def change() -> None:
            provider = self._open()
            held = self._held(provider, name, {*to, *expecting})
            expect(name, _sets(held), expecting)
            # What goes first makes way for what comes: a CNAME stands beside nothing.
            for key in sorted(to, key=lambda at: (bool(to[at]), at)):
                self._change(provider, name, key, to[key], held[key])

        self._within(change, writes=True)
        if self.read(name, to) != to:
            raise ZoneError(
                f"{name} was changed, but is not as it was made: someone else may have changed it too", unknown=True
            )

    def _refuse(self, to: Sets) -> None:
        """What lexicon would write down wrongly, before anything is taken away for it."""
        for (_, kind), wanted in to.items():
            if kind == "TXT" and any(set(text) & set('"\\') for text in wanted):
                raise ZoneError("lexicon's providers do not agree how to write quotation marks in a text", permanent=True)
            if (
                kind == "CNAME"
                and self.provider in ASTRAY
                and any(not f".{target}".endswith(f".{self.zone}") for target in wanted)
            ):
                words = f"lexicon writes the target of a CNAME outside of {self.zone} wrongly for {self.provider}"
                raise ZoneError(f"{words}: give the host an `address` instead of `cname`", permanent=True)

    def _change(self, provider: Any, name: str, key: Key, wanted: Collection[str], held: Collection[Any]) -> None:
        full, kind = owner(name, key[0]), key[1]
        there = _values(kind, held)
        # A provider may keep a set's old TTL for what is added to it: then the set has to go before.
        fresh = kind == "CNAME" or any(int(record.get("ttl") or self.ttl) != self.ttl for record in held)
        if fresh:
            self._remove(provider, full, kind, held)
        for value in sorted(set(wanted) - (set() if fresh else there)):
            provider.create_record(kind, full, value)
        if not fresh:
            self._remove(provider, full, kind, [record for record in held if not _values(kind, [record]) & set(wanted)])

    def _remove(self, provider: Any, full: str, kind: str, held: Collection[Any]) -> None:
        for record in held:
            provider.delete_record(rtype=kind, name=full, content=record["content"])

    def _held(self, provider: Any, name: str, keys: Collection[Key]) -> dict[Key, list[Any]]:
        return {
            (label, kind): [
                record
                for record in provider.list_records(kind, owner(name, label))
                if record["type"] == kind and record["name"].rstrip(".").lower() == owner(name, label)
            ]
            for label, kind in sorted(keys)
        }

    def _open(self) -> Any:
        # Not lexicon's Client: that asks the Internet for the list of public suffixes to guess the zone, which we know.
        config = ConfigResolver().with_dict(  # type: ignore[no-untyped-call]
            {"provider_name": self.provider, "domain": self.zone, "ttl": self.ttl, self.provider: dict(self.auth)}
        )
        provider = load_provider_module(self.provider).Provider(config)
        provider.authenticate()
        return provider

    def _within(self, work: Callable[[], Found], *, writes: bool) -> Found:
        """In time: most of lexicon's providers would wait for ever for an answer."""
        results: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

        if not self._turns.acquire(blocking=False):
            raise ZoneError(
                f"{self.provider} has left {AT_ONCE} requests without an answer; no more is asked until it gives one"
            )

        def run() -> None:
            try:
                results.put((work(), None))
            except BaseException as error:
                results.put((None, error))
            finally:
                self._turns.release()

        threading.Thread(target=run, daemon=True, name=f"lexicon-{self.provider}").start()
        try:
            found, error = results.get(timeout=PATIENCE)
        except queue.Empty:
            raise ZoneError(f"{self.provider} does not answer within {PATIENCE} s", unknown=writes) from None
        if isinstance(error, ZoneError):
            raise error
        if error is not None:
            raise self._explained(error, writes=writes) from error
        return found  # type: ignore[no-any-return]

    @cached_property
    def _turns(self) -> threading.Semaphore:
        """Who waits for ever keeps a thread and a connection, of which a process has not many."""
        return threading.Semaphore(AT_ONCE)

    def _explained(self, error: BaseException, *, writes: bool) -> ZoneError:
        """Providers raise whatever they like."""
        status = getattr(getattr(error, "response", None), "status_code", 0)
        wrong = isinstance(error, AuthenticationError) or status in (401, 403)
        words = str(error) or type(error).__name__
        # Some providers take their key in the URL, which errors then show.
        for value in filter(None, self.auth.values()):
            for shown in (value, quote(value), quote_plus(value)):
                words = words.replace(shown, "***")
        advice = ": are the options in `auth` right?" if wrong else ""
        return ZoneError(
            f"{self.provider}: {words}{advice}", permanent=wrong or 400 <= status < 429, unknown=writes and not wrong
        )


def _sets(held: Mapping[Key, Collection[Any]]) -> Sets:
    return {key: frozenset(_values(key[1], records)) for key, records in held.items()}


def _values(kind: str, records: Collection[Any]) -> frozenset[str]:
    return values(kind, (record["content"] for record in records))
