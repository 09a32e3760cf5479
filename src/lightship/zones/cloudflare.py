"""Cloudflare: one batch deletes the records by their ids as read and makes new ones; if an id is gone, all of it fails."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from lightship.config.fields import Name
from lightship.zones import Conflict, Defaults, Key, Sets, ZoneError
from lightship.zones._records import check_ttl, check_written, expect, labels, lifetime, owner, quoted, sets, with_exclusions
from lightship.zones._rest import Answer, Rest

WHO = "Cloudflare"
LOCK = ("_lock", "TXT")
STALE = 120
"""Age in seconds at which the holder of a lock must have died: far longer than any request may take."""


@dataclass(frozen=True, kw_only=True)
class Cloudflare(Defaults):
    """`zone` is the zone's id, `token` an API token that may edit its DNS. `enterprise`: the plan whose TTLs go down to 30.
    The records are never proxied: Cloudflare's own addresses would hide the host that the witnesses chose."""

    floor: ClassVar[int] = 60

    name: Name
    zone: str
    token: str = field(repr=False)
    enterprise: bool = False
    endpoint: str = "https://api.cloudflare.com/client/v4"
    ttl: int = 60

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self._least, WHO + ("" if self.enterprise else " (30 with `enterprise`)"))

    @property
    def _least(self) -> int:
        return 30 if self.enterprise else self.floor

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return _sets(self._records(name, keys), keys)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = with_exclusions(to, expecting)
        # A set that is only expected is made anew as it was: its ids are conditions too.
        to = {**{key: expected for key, expected in expecting.items() if expected}, **to}
        keys = sorted({*to, *expecting})
        current = self._checked(name, keys, expecting)
        if not _ids(current, to) and any(to.values()):
            # No record that we change exists yet, so there is no id as a condition: lock with a record that only one
            # writer can make.
            self._locked(name, lambda lock: self._change(name, self._checked(name, keys, expecting), to, [lock]))
        else:
            self._change(name, current, to, [])

    def _checked(self, name: str, keys: Collection[Key], expecting: Sets) -> dict[Key, list[Any]]:
        current = self._records(name, keys)
        expect(name, _sets(current, keys), expecting)
        return current

    def _change(self, name: str, current: Mapping[Key, Sequence[Any]], to: Sets, locks: Sequence[str]) -> None:
        gone = [{"id": record} for record in [*locks, *_ids(current, to)]]
        if not gone and not any(to.values()):
            return
        new = [self._record(name, key, value) for key in sorted(to) for value in sorted(to[key])]
        answer = self._ask("POST", "/batch", {"deletes": gone, "posts": new})
        if answer.status in (400, 404, 409) and _ids(self._records(name, current), current) != _ids(current, current):
            raise Conflict(f"{name} was changed by someone else meanwhile")
        if answer.status == 404 and locks:
            raise Conflict(f"{name} was locked for too long, and someone else took over")
        self._good(answer)
        check_written(name, self.read(name, to), to)

    def _locked(self, name: str, change: Callable[[str], None]) -> None:
        """Change under a lock. Cloudflare refuses a second record of equal name, type and content, so the content is fixed."""
        answer = self._ask("POST", "", self._record(name, LOCK, "locked"))
        if answer.status == 400 and any(error.get("code") in (81057, 81058) for error in _errors(answer)):
            self._break(name)
            raise Conflict(f"{name} is being changed by someone else at this moment")
        lock = str(self._good(answer)["result"]["id"])
        try:
            change(lock)
        except ZoneError as error:
            if not error.unknown:
                self._ask("DELETE", f"/{lock}")
            raise

    def _break(self, name: str) -> None:
        """Remove a lock whose holder died."""
        for record in self._records(name, [LOCK])[LOCK]:
            if time.time() - datetime.fromisoformat(record["created_on"]).timestamp() > STALE:
                self._ask("DELETE", f"/{record['id']}")

    def _record(self, name: str, key: Key, value: str) -> dict[str, Any]:
        content = quoted(value) if key[1] == "TXT" else value
        ttl = lifetime(key[1], self.ttl, self._least)
        return {"name": owner(name, key[0]), "type": key[1], "content": content, "ttl": ttl, "proxied": False}

    def _records(self, name: str, keys: Collection[Key]) -> dict[Key, list[Any]]:
        current: dict[Key, list[Any]] = {key: [] for key in keys}
        for label in labels(keys):
            full = owner(name, label)
            for record in self._rows(full):
                key = (label, str(record["type"]))
                if record["name"].lower() == full and key in current:
                    if record.get("proxied"):
                        raise ZoneError(f"{full} {key[1]} is proxied; switch it to DNS only", permanent=True)
                    current[key].append(record)
        return current

    def _rows(self, full: str) -> Iterator[Any]:
        page = pages = 1
        while page <= pages:
            query = urlencode({"name": full, "per_page": 100, "page": page})
            document = self._good(self._ask("GET", f"?{query}"))
            yield from document["result"]
            pages = (document.get("result_info") or {}).get("total_pages", 1)
            page += 1

    def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        url = f"{self.endpoint.rstrip('/')}/zones/{quote(self.zone)}/dns_records{path}"
        return self._rest.ask(method, url, {"Authorization": f"Bearer {self.token}"}, json=body)

    def _good(self, answer: Answer) -> Any:
        document = answer.json(WHO) if answer.is_json else {}
        if answer.status == 200 and document.get("success"):
            return document
        raise answer.refusal(WHO, "; ".join(f"{error.get('message')} ({error.get('code')})" for error in _errors(answer)))

    @cached_property
    def _rest(self) -> Rest:
        return Rest(WHO)


def _errors(answer: Answer) -> list[Any]:
    return (answer.json(WHO) if answer.is_json else {}).get("errors") or []


def _ids(current: Mapping[Key, Sequence[Any]], keys: Collection[Key]) -> list[str]:
    return [
        record["id"] for key in sorted(keys) for record in sorted(current.get(key, ()), key=lambda record: str(record["id"]))
    ]


def _sets(current: Mapping[Key, Sequence[Any]], keys: Collection[Key]) -> Sets:
    return sets(current, keys, lambda records: (record["content"] for record in records))
