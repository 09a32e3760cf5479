"""Google Cloud DNS: one change whose deletions must be exactly what is there, or nothing at all."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import google.auth
import google.auth.transport.urllib3
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.service_account import Credentials

from lightship.config.fields import Name
from lightship.zones import Conflict, Key, Sets, ZoneError
from lightship.zones._records import agreed, check_ttl, expect, lifetime, owner, values, written
from lightship.zones._rest import Answer, Rest, settled

PATIENCE = 90
SCOPE = "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
WHO = "Cloud DNS"


@dataclass(frozen=True, kw_only=True)
class Google:
    """`zone` is the managed zone's name or number, `key` the JSON of a service account's key; without it the machine's own
    account is used. `endpoint` differs in sovereign clouds."""

    atomic: ClassVar[bool] = True
    holds_votes: ClassVar[bool] = False
    holds_txt: ClassVar[bool] = True
    floor: ClassVar[int] = 1

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
        return _sets(self._held(name, keys), keys)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = agreed(to, expecting)
        keys = sorted({*to, *expecting})
        held = self._held(name, keys)
        expect(name, _sets(held, keys), expecting)
        made = [made for key in keys if (made := self._made(name, key, to, held))]
        if not made and not held:
            return
        answer = self._ask("POST", "changes", {"deletions": list(held.values()), "additions": made})
        # 404: a deletion of what is no more. That the zone itself is there was seen a moment ago.
        if answer.status in (404, 409, 412):
            raise Conflict(f"{name} was changed by someone else meanwhile")
        self._wait(self._good(answer))

    def _made(self, name: str, key: Key, to: Sets, held: Mapping[Key, Any]) -> Any:
        """What is to be there afterwards. What is only expected is put back as it was: the change fails if it is not."""
        if key not in to:
            return held.get(key)
        records = [written(key[1], value) for value in sorted(to[key])]
        ttl = lifetime(key[1], self.ttl, self.floor)
        return records and {"name": owner(name, key[0]) + ".", "type": key[1], "ttl": ttl, "rrdatas": records}

    def _held(self, name: str, keys: Collection[Key]) -> dict[Key, Any]:
        found = {}
        for label in sorted({label for label, _ in keys}):
            full = owner(name, label) + "."
            for held in self._all("rrsets", "rrsets", name=full):
                key = (label, str(held["type"]))
                if held["name"] == full and key in keys:
                    if "rrdatas" not in held:
                        raise ZoneError(f"{full} {key[1]} has a routing policy; make it a simple record set", permanent=True)
                    found[key] = {what: held[what] for what in ("name", "type", "ttl", "rrdatas")}
        return found

    def _all(self, path: str, what: str, **query: str) -> list[Any]:
        found: list[Any] = []
        while True:
            page = self._good(self._ask("GET", f"{path}?{urlencode(query)}"))
            found += page.get(what, [])
            if not page.get("nextPageToken"):
                return found
            query["pageToken"] = page["nextPageToken"]

    def _wait(self, change: Mapping[str, Any]) -> None:
        def done() -> bool:
            return "done" in (change["status"], self._good(self._ask("GET", f"changes/{change['id']}"))["status"])

        if not settled(done, PATIENCE):
            raise ZoneError(f"{WHO} took the change, but it is not done after {PATIENCE} s", unknown=True)

    def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        base = f"{self.endpoint.rstrip('/')}/dns/v1/projects/{quote(self.project)}/managedZones/{quote(self.zone)}"
        return self._rest.ask(method, f"{base}/{path}", {"Authorization": f"Bearer {self._tokens.token()}"}, json=body)

    def _good(self, answer: Answer) -> Any:
        if answer.status == 200:
            return answer.json(WHO)
        error = answer.json(WHO).get("error", {}) if answer.body.startswith(b"{") else {}
        reasons = {each.get("reason") for each in error.get("errors", [])}
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
    """An access token that is fetched once and kept while it is good."""

    def __init__(self, key: str, rest: Rest) -> None:
        self.request = google.auth.transport.urllib3.Request(rest.pool)  # type: ignore[no-untyped-call]
        self.lock, self.key = Lock(), key
        self.credentials: Any = None

    def token(self) -> str:
        with self.lock:
            try:
                self.credentials = self.credentials or self._found()
                if not self.credentials.valid:
                    self.credentials.refresh(self.request)
            except GoogleAuthError as error:
                # A refusal to give a token is final; a token server that is away is not.
                final = isinstance(error, RefreshError) and not error.retryable
                raise ZoneError(f"Google gives no token: {error}", permanent=final) from error
            return str(self.credentials.token)

    def _found(self) -> Any:
        if self.key:
            return Credentials.from_service_account_info(json.loads(self.key), scopes=[SCOPE])  # type: ignore[no-untyped-call]
        return google.auth.default(scopes=[SCOPE], request=self.request)[0]


def _sets(held: Mapping[Key, Any], keys: Collection[Key]) -> Sets:
    return {key: values(key[1], held[key]["rrdatas"]) if key in held else frozenset() for key in keys}
