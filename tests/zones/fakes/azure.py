"""FakeAzureDns: record sets of one zone, each with an etag (Azure DNS 2018-05-01), and the sign-in for a service principal."""

import itertools
import secrets
import time
from typing import Any
from urllib.parse import unquote

from tests.zones.fakes import Fake, Reply, Request, told

BASE = "/subscriptions/s1/resourceGroups/acme/providers/Microsoft.Network/dnsZones"
FIELDS = {"A": "ARecords", "AAAA": "AAAARecords", "CNAME": "CNAMERecord", "TXT": "TXTRecords"}


class FakeAzureDns(Fake):
    def __init__(self, zone: str) -> None:
        super().__init__()
        self.zone, self.secret = zone, secrets.token_hex()
        self.sets: dict[tuple[str, str], Any] = {}
        self.tokens: dict[str, float] = {}
        self.lifetime = 3600
        self.etags = itertools.count(1)

    def changes(self, request: Request) -> bool:
        return request.method in ("PUT", "DELETE")

    def ttl(self, name: str, kind: str) -> int:
        relative = "@" if name == self.zone else name.removesuffix(f".{self.zone}")
        return int(self.sets[relative, kind]["properties"]["TTL"])

    def reply(self, request: Request) -> Reply:
        if request.path == "/tenant1/oauth2/v2.0/token":
            return self._token(request)
        if self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "), 0) < time.time():
            return _error(401, "InvalidAuthenticationToken", "The access token is expired or invalid.")
        zone, kind, name = request.path.removeprefix(f"{BASE}/").split("/")
        if zone != self.zone or request.query.get("api-version") != "2018-05-01":
            return _error(404, "ParentResourceNotFound", "Can not perform requested operation on nested resource.")
        return self._set(request, (unquote(name), kind))

    def _token(self, request: Request) -> Reply:
        form = request.form()
        wanted = {"grant_type": "client_credentials", "client_id": "client1", "client_secret": self.secret}
        if {name: form.get(name) for name in wanted} != wanted or form["scope"] != f"{self.url}/.default":
            return told(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
        token = secrets.token_hex()
        self.tokens[token] = time.time() + self.lifetime
        return told(200, {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": token})

    def _set(self, request: Request, at: tuple[str, str]) -> Reply:
        existing = self.sets.get(at)
        if request.method == "GET":
            return (
                told(200, existing) if existing else _error(404, "NotFound", f"The resource record '{at[0]}' does not exist.")
            )
        if request.method == "DELETE" and not existing:
            return Reply(204)
        match, none = request.headers.get("if-match"), request.headers.get("if-none-match")
        if (none == "*" and existing) or (match and (not existing or existing["etag"] != match)):
            return _error(412, "PreconditionFailed", "The condition in the If-Match or If-None-Match header was not met.")
        if request.method == "DELETE":
            del self.sets[at]
            return Reply(200)
        return self._put(at, request.json()["properties"], existing)

    def _put(self, at: tuple[str, str], said: Any, existing: Any) -> Reply:
        others = [kind for name, kind in self.sets if name == at[0] and kind != at[1]]
        records = said[FIELDS[at[1]]]
        if ("CNAME" in (at[1], *others) and others) or (at[1] == "CNAME" and at[0] == "@"):
            return _error(400, "BadRequest", "A CNAME record cannot coexist with another record of the same name.")
        if at[1] == "TXT" and any(len(text) > 255 for record in records for text in record["value"]):
            return _error(400, "BadRequest", "A string of a TXT record is too long.")
        kept = {"TTL": said["TTL"], "fqdn": "", "targetResource": {}, FIELDS[at[1]]: records}
        self.sets[at] = {"name": at[0], "etag": f"e{next(self.etags)}", "properties": kept}
        return told(200 if existing else 201, self.sets[at])


def _error(status: int, code: str, message: str) -> Reply:
    if status == 429:
        return told(status, {"code": code, "message": message}, **{"Retry-After": "1"})
    return told(status, {"error": {"code": code, "message": message}})


THROTTLED = _error(429, "TooManyRequests", "The request is being throttled.")
REFUSED = _error(412, "PreconditionFailed", "The condition was not met.")
