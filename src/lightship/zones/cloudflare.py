"""Cloudflare: one batch deletes the records by their ids as read and makes new ones; if an id is gone, all of it fails."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from lightship.zones import Conflict, Key, Sets, ZoneError
from lightship.zones._records import Provider, Rows, check_ttl, check_written, expect, lifetime, owner, quoted, values
from lightship.zones._rest import Answer

LOCK = ("_lock", "TXT")
STALE = 120
"""Age in seconds at which the holder of a lock must have died: far longer than any request may take."""


@dataclass(frozen=True, kw_only=True)
class Cloudflare(Provider):
    """`zone` is the zone's id, `token` an API token that may edit its DNS. `enterprise`: the plan whose TTLs go down to 30.
    The records are never proxied: Cloudflare's own addresses would hide the host that the witnesses chose."""

    who: ClassVar[str] = "Cloudflare"
    floor: ClassVar[int] = 60

    zone: str
    token: str = field(repr=False)
    enterprise: bool = False
    endpoint: str = "https://api.cloudflare.com/client/v4"
    ttl: int = 60

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self._least, self.who + ("" if self.enterprise else " (30 with `enterprise`)"))

    @property
    def _least(self) -> int:
        return 30 if self.enterprise else self.floor

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        # A set that is only expected is made anew as it was: its ids are conditions too.
        to = {**{key: held for key, held in self._sets(current).items() if held}, **to}
        if gone := _ids(current):
            self._replace(name, gone, to, current)
        elif any(to.values()):
            # No id can be a condition yet: lock with a record that only one writer can make.
            lock = self._lock(name)
            try:
                expect(name, self._sets(self._read(name, current)), self._sets(current))
                self._replace(name, [lock], to, current)
            except ZoneError as error:
                if not error.unknown:
                    self._ask("DELETE", f"/{lock}")
                raise

    def _replace(self, name: str, gone: Collection[str], to: Sets, current: Rows) -> None:
        new = [self._record(name, key, value) for key in sorted(to) for value in sorted(to[key])]
        answer = self._ask("POST", "/batch", {"deletes": [{"id": record} for record in gone], "posts": new})
        if answer.status in (400, 404, 409) and _ids(self._read(name, current)) != _ids(current):
            raise Conflict(f"{name} was changed by someone else meanwhile")
        if answer.status == 404 and not _ids(current):
            raise Conflict(f"{name} was locked for too long, and someone else took over")
        self._good(answer)
        check_written(name, self.read(name, to), to)

    def _lock(self, name: str) -> str:
        """The id of the lock. Cloudflare refuses a second record of equal name, type and content, so the content is fixed."""
        answer = self._ask("POST", "", self._record(name, LOCK, "locked"))
        errors = answer.json_if_any().get("errors") or ()
        if answer.status == 400 and any(error.get("code") in (81057, 81058) for error in errors):
            for record in self._read(name, [LOCK])[LOCK]:
                if time.time() - datetime.fromisoformat(record["created_on"]).timestamp() > STALE:  # its holder died
                    self._ask("DELETE", f"/{record['id']}")
            raise Conflict(f"{name} is being changed by someone else at this moment")
        return str(self._good(answer)["result"]["id"])

    def _record(self, name: str, key: Key, value: str) -> dict[str, Any]:
        content = quoted(value) if key[1] == "TXT" else value
        ttl = lifetime(key[1], self.ttl, self._least)
        return {"name": owner(name, key[0]), "type": key[1], "content": content, "ttl": ttl, "proxied": False}

    def _rows(self, full: str, kinds: Collection[str]) -> Iterator[tuple[str, Any]]:
        page = pages = 1
        while page <= pages:
            query = urlencode({"name": full, "per_page": 100, "page": page})
            document = self._good(self._ask("GET", f"?{query}"))
            for record in document["result"]:
                if record["name"].lower() == full and record["type"] in kinds:
                    if record.get("proxied"):
                        raise ZoneError(f"{full} {record['type']} is proxied; switch it to DNS only", permanent=True)
                    yield record["type"], record
            pages = (document.get("result_info") or {}).get("total_pages", 1)
            page += 1

    def _values(self, kind: str, rows: Collection[Any]) -> frozenset[str]:
        return values(kind, (record["content"] for record in rows))

    def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        url = f"{self.endpoint.rstrip('/')}/zones/{quote(self.zone)}/dns_records{path}"
        return self._rest.ask(method, url, {"Authorization": f"Bearer {self.token}"}, json=body)

    def _good(self, answer: Answer) -> Any:
        document = answer.json_if_any()
        if answer.status == 200 and document.get("success"):
            return document
        errors = document.get("errors") or ()
        raise answer.refusal("; ".join(f"{error.get('message')} ({error.get('code')})" for error in errors))


def _ids(current: Rows) -> list[str]:
    return [record for rows in current.values() for record in sorted(str(row["id"]) for row in rows)]
