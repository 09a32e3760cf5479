"""Google Cloud DNS: one change whose deletions must be exactly what is there, or nothing at all."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import google.auth
import google.auth.transport.urllib3
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.service_account import Credentials

from lightship.zones import Conflict, Key, Sets, ZoneError
from lightship.zones._records import Provider, Rows, lifetime, owner, swapped, values, zone_file
from lightship.zones._rest import Answer, wait_for

PATIENCE = 90
SCOPE = "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
FIELDS = ("name", "type", "ttl", "rrdatas")


@dataclass(frozen=True, kw_only=True)
class Google(Provider):
    """`zone` is the managed zone's name or number, `key` the JSON of a service account's key; without it the machine's own
    account is used. `endpoint` differs in sovereign clouds."""

    who: ClassVar[str] = "Cloud DNS"

    project: str
    zone: str
    key: str = field(default="", repr=False)
    endpoint: str = "https://dns.googleapis.com"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.key:
            try:
                Credentials.from_service_account_info(json.loads(self.key))  # type: ignore[no-untyped-call]
            except (ValueError, TypeError, AttributeError, GoogleAuthError):
                raise ValueError("key should be the JSON of a service account's key, as Google made it") from None

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        deletions, additions = swapped(current, to, lambda key: self._new(name, key, to[key]))
        if not additions and not deletions:
            return
        answer = self._ask("POST", "changes", {"deletions": deletions, "additions": additions})
        # 404: a record set to delete is gone. The zone itself was just read, so it exists.
        if answer.status in (404, 409, 412):
            raise Conflict(f"{name} was changed by someone else meanwhile")
        change = self._good(answer)
        wait_for(
            lambda: "done" in (change["status"], self._good(self._ask("GET", f"changes/{change['id']}"))["status"]),
            PATIENCE,
            f"{self.who} took the change, but it is not done after {PATIENCE} s",
        )

    def _new(self, name: str, key: Key, wanted: Collection[str]) -> Any:
        ttl = lifetime(key[1], self.ttl, self.floor)
        texts = [zone_file(key[1], value) for value in sorted(wanted)]
        return {"name": owner(name, key[0]) + ".", "type": key[1], "ttl": ttl, "rrdatas": texts}

    def _rows(self, full: str, kinds: Collection[str]) -> Iterator[tuple[str, Any]]:
        query = {"name": full + "."}
        while True:
            page = self._good(self._ask("GET", f"rrsets?{urlencode(query)}"))
            for row in page.get("rrsets", []):
                if row["name"] == full + "." and row["type"] in kinds:
                    if "rrdatas" not in row:
                        problem = "has a routing policy; make it a simple record set"
                        raise ZoneError(f"{full} {row['type']} {problem}", permanent=True)
                    yield row["type"], {field: row[field] for field in FIELDS}
            if not page.get("nextPageToken"):
                return
            query["pageToken"] = page["nextPageToken"]

    def _values(self, kind: str, rows: Collection[Any]) -> frozenset[str]:
        return values(kind, (text for row in rows for text in row["rrdatas"]))

    def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        base = f"{self.endpoint.rstrip('/')}/dns/v1/projects/{quote(self.project)}/managedZones/{quote(self.zone)}"
        return self._rest.ask(method, f"{base}/{path}", {"Authorization": f"Bearer {self._rest.token(self._fetch)}"}, json=body)

    def _good(self, answer: Answer) -> Any:
        if answer.status == 200:
            return answer.json()
        error = answer.json_if_any().get("error", {})
        reasons = {detail.get("reason") for detail in error.get("errors", [])}
        if reasons & {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}:
            raise ZoneError(f"{self.who} is asked too often: {error.get('message')}")
        raise answer.refusal(error.get("message", ""))

    def _fetch(self) -> tuple[str, float]:
        """An access token, and the seconds it lives."""
        request = google.auth.transport.urllib3.Request(self._rest.pool)  # type: ignore[no-untyped-call]
        try:
            if self.key:
                account = json.loads(self.key)
                credentials: Any = Credentials.from_service_account_info(account, scopes=[SCOPE])  # type: ignore[no-untyped-call]
            else:
                credentials = google.auth.default(scopes=[SCOPE], request=request)[0]
            credentials.refresh(request)
        except GoogleAuthError as error:
            # A refused token is final; an unreachable token server is not.
            final = isinstance(error, RefreshError) and not error.retryable
            raise ZoneError(f"Google gives no token: {error}", permanent=final) from error
        return str(credentials.token), (credentials.expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
