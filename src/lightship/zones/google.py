"""Google Cloud DNS: one change whose deletions must be exactly what is there, or nothing at all."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

import google.auth
import google.auth.transport.urllib3
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.service_account import Credentials

from lightship.config.fields import Name
from lightship.zones import Conflict, Defaults, Key, Sets, ZoneError
from lightship.zones._records import check_ttl, expect, labels, lifetime, owner, replacements, sets, with_exclusions, zone_file
from lightship.zones._rest import Answer, Rest, wait_for

PATIENCE = 90
SCOPE = "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
WHO = "Cloud DNS"


@dataclass(frozen=True, kw_only=True)
class Google(Defaults):
    """`zone` is the managed zone's name or number, `key` the JSON of a service account's key; without it the machine's own
    account is used. `endpoint` differs in sovereign clouds."""

    name: Name
    project: str
    zone: str
    key: str = field(default="", repr=False)
    endpoint: str = "https://dns.googleapis.com"
    ttl: int = 30

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self.floor, WHO)
        if self.key:
            try:
                Credentials.from_service_account_info(json.loads(self.key))  # type: ignore[no-untyped-call]
            except (ValueError, TypeError, AttributeError, GoogleAuthError):
                raise ValueError("key should be the JSON of a service account's key, as Google made it") from None

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return _sets(self._record_sets(name, keys), keys)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = with_exclusions(to, expecting)
        keys = sorted({*to, *expecting})
        current = self._record_sets(name, keys)
        expect(name, _sets(current, keys), expecting)
        additions = replacements(keys, to, current, lambda key: self._new(name, key, to[key]))
        if not additions and not current:
            return
        answer = self._ask("POST", "changes", {"deletions": list(current.values()), "additions": additions})
        # 404: a record set to delete is gone. The zone itself was just read, so it exists.
        if answer.status in (404, 409, 412):
            raise Conflict(f"{name} was changed by someone else meanwhile")
        change = self._good(answer)
        wait_for(
            lambda: "done" in (change["status"], self._good(self._ask("GET", f"changes/{change['id']}"))["status"]),
            PATIENCE,
            f"{WHO} took the change, but it is not done after {PATIENCE} s",
        )

    def _new(self, name: str, key: Key, wanted: Collection[str]) -> Any:
        ttl = lifetime(key[1], self.ttl, self.floor)
        texts = [zone_file(key[1], value) for value in sorted(wanted)]
        return {"name": owner(name, key[0]) + ".", "type": key[1], "ttl": ttl, "rrdatas": texts}

    def _record_sets(self, name: str, keys: Collection[Key]) -> dict[Key, Any]:
        current = {}
        for label in labels(keys):
            full = owner(name, label) + "."
            for row in self._rows(full):
                key = (label, str(row["type"]))
                if row["name"] == full and key in keys:
                    if "rrdatas" not in row:
                        raise ZoneError(f"{full} {key[1]} has a routing policy; make it a simple record set", permanent=True)
                    current[key] = {field: row[field] for field in ("name", "type", "ttl", "rrdatas")}
        return current

    def _rows(self, full: str) -> Iterator[Any]:
        query = {"name": full}
        while True:
            page = self._good(self._ask("GET", f"rrsets?{urlencode(query)}"))
            yield from page.get("rrsets", [])
            if not page.get("nextPageToken"):
                return
            query["pageToken"] = page["nextPageToken"]

    def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        base = f"{self.endpoint.rstrip('/')}/dns/v1/projects/{quote(self.project)}/managedZones/{quote(self.zone)}"
        return self._rest.ask(method, f"{base}/{path}", {"Authorization": f"Bearer {self._tokens.token()}"}, json=body)

    def _good(self, answer: Answer) -> Any:
        if answer.status == 200:
            return answer.json(WHO)
        error = answer.json(WHO).get("error", {}) if answer.is_json else {}
        reasons = {detail.get("reason") for detail in error.get("errors", [])}
        if reasons & {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}:
            raise ZoneError(f"{WHO} is asked too often: {error.get('message')}")
        raise answer.refusal(WHO, error.get("message", ""))

    @cached_property
    def _rest(self) -> Rest:
        return Rest(WHO)

    @cached_property
    def _tokens(self) -> "_Tokens":
        return _Tokens(self.key, self._rest)


class _Tokens:
    """An access token, fetched once and reused while it is valid."""

    def __init__(self, key: str, rest: Rest) -> None:
        self.request = google.auth.transport.urllib3.Request(rest.pool)  # type: ignore[no-untyped-call]
        self.lock, self.key = Lock(), key
        self.credentials: Any = None

    def token(self) -> str:
        with self.lock:
            try:
                self.credentials = self.credentials or self._load()
                if not self.credentials.valid:
                    self.credentials.refresh(self.request)
            except GoogleAuthError as error:
                # A refused token is final; an unreachable token server is not.
                final = isinstance(error, RefreshError) and not error.retryable
                raise ZoneError(f"Google gives no token: {error}", permanent=final) from error
            return str(self.credentials.token)

    def _load(self) -> Any:
        if self.key:
            return Credentials.from_service_account_info(json.loads(self.key), scopes=[SCOPE])  # type: ignore[no-untyped-call]
        return google.auth.default(scopes=[SCOPE], request=self.request)[0]


def _sets(current: Mapping[Key, Any], keys: Collection[Key]) -> Sets:
    return sets(current, keys, lambda row: row["rrdatas"])
