"""FakeCloudflare: records of one zone, one by one and in batches that are one transaction (API v4).

That a batch fails as a whole when an id in it is gone follows from "a single database transaction" in the documents; nobody
here could try it on the real one.
"""

import ipaddress
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from tests.zones.fakes import Fake, Reply, Request, told


class FakeCloudflare(Fake):
    """`now`: the time that goes into created_on. `page`: records a page at most."""

    def __init__(self, zone: str, apex: str, least: int = 60) -> None:
        super().__init__()
        self.zone, self.apex, self.least = zone, apex, least
        self.records: dict[str, Any] = {}
        self.token, self.page, self.age = secrets.token_hex(), 100, 0.0

    def changes(self, request: Request) -> bool:
        return request.method != "GET"

    def ttl(self, name: str, kind: str) -> int:
        return next(int(each["ttl"]) for each in self.records.values() if (each["name"], each["type"]) == (name, kind))

    def reply(self, request: Request) -> Reply:
        base = f"/zones/{self.zone}/dns_records"
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _error(403, 10000, "Authentication error")
        if not request.path.startswith(base):
            return _error(404, 7003, "Could not route to the zone, perhaps your object identifier is invalid?")
        if request.method == "GET":
            return self._list(request)
        rest = request.path.removeprefix(base)
        body = request.json() if request.body else {}
        if rest == "/batch":
            return self._batch(body)
        reply = self._batch({"posts": [body]} if request.method == "POST" else {"deletes": [{"id": rest.lstrip("/")}]})
        if request.method == "POST" and reply.status == 200:
            return told(200, {"success": True, "errors": [], "result": list(self.records.values())[-1]})
        return reply

    def _list(self, request: Request) -> Reply:
        found = [each for each in self.records.values() if request.query.get("name", each["name"]) == each["name"]]
        size, page = min(self.page, int(request.query.get("per_page", 100))), int(request.query.get("page", 1))
        info = {"page": page, "per_page": size, "total_count": len(found), "total_pages": -(-len(found) // size)}
        shown = found[(page - 1) * size : page * size]
        return told(200, {"success": True, "errors": [], "result": shown, "result_info": info})

    def _batch(self, body: Any) -> Reply:
        """Deletes, then posts. All or nothing."""
        after = dict(self.records)
        for gone in body.get("deletes", []):
            if after.pop(gone["id"], None) is None:
                return _error(404, 81044, "Record does not exist.")
        for new in body.get("posts", []):
            if wrong := self._wrong(after, new):
                return wrong
            number = secrets.token_hex(16)
            made = datetime.fromtimestamp(time.time() - self.age, UTC).isoformat().replace("+00:00", "Z")
            after[number] = {"id": number, "proxied": False, "created_on": made, **new}
        self.records = after
        return told(200, {"success": True, "errors": [], "result": {"deletes": body.get("deletes", []), "posts": []}})

    def _wrong(self, after: dict[str, Any], new: Any) -> Reply | None:
        beside = [each for each in after.values() if each["name"] == new["name"]]
        if not f".{new['name']}".endswith(f".{self.apex}"):
            return _error(400, 9005, "DNS name is not in the zone")
        if new["ttl"] != 1 and not self.least <= new["ttl"] <= 86400:
            return _error(400, 9021, f"TTL must be between {self.least} and 86400 seconds, or 1 for Automatic.")
        if any((each["type"], each["content"]) == (new["type"], new["content"]) for each in beside):
            return _error(400, 81058, "An identical record already exists.")
        if any("CNAME" in (each["type"], new["type"]) for each in beside):
            return _error(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
        if new["type"] in ("A", "AAAA"):
            try:
                ipaddress.ip_address(new["content"])
            except ValueError:
                return _error(400, 9005, "Content must be a valid address.")
        return None


def _error(status: int, code: int, message: str) -> Reply:
    return told(status, {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None})


THROTTLED = _error(429, 971, "Please wait and consider throttling your request speed")
INVALID = _error(400, 9005, "Content is not valid.")
IDENTICAL = _error(400, 81058, "An identical record already exists.")
