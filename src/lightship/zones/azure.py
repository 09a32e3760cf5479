"""Azure DNS: each record set is changed only if its etag is as read; the first one is the lock for the others.

Azure cannot change several sets at once. So whoever changes the first (the move record, if there is one) goes on with the
rest, and undoes its changes if that fails. For a moment A may be new and AAAA still old.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import quote

from lightship.config.fields import Name
from lightship.zones import Conflict, Defaults, Key, Sets, ZoneError
from lightship.zones._records import check_ttl, expect, lifetime, owner, relative, values, with_exclusions
from lightship.zones._rest import Answer, Rest

WHO = "Azure DNS"
VERSION = "2018-05-01"


@dataclass(frozen=True, kw_only=True)
class Azure(Defaults):
    """`zone` is the zone's name. Either a service principal (`tenant`, `client`, `secret`) or a `token`, which lives for about
    an hour. `endpoint` and `login` differ in China and for governments."""

    name: Name
    zone: Name
    subscription: str
    resource_group: str
    tenant: str = ""
    client: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    endpoint: str = "https://management.azure.com"
    login: str = "https://login.microsoftonline.com"
    ttl: int = 30

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self.floor, WHO)
        principal = [self.tenant, self.client, self.secret]
        if any(principal) == bool(self.token) or (any(principal) and not all(principal)):
            raise ValueError("give tenant, client and secret of a service principal, or else a token")

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return _sets(self._record_sets(name, keys))

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = with_exclusions(to, expecting)
        current = self._record_sets(name, {*to, *expecting})
        expect(name, _sets(current), expecting)
        # All writers begin with the same set, so that one of them wins. Deletions come first: A makes way for CNAME.
        order = sorted(to, key=lambda key: (key[1] != "TXT", not current[key], key))
        done: dict[Key, Any] = {}
        for key in order:
            try:
                done[key] = self._change(name, key, to[key], current[key])
            except ZoneError as error:
                self._undo(name, done, current, error)
                raise

    def _change(self, name: str, key: Key, wanted: Collection[str], current: Mapping[str, Any]) -> Any:
        """The record set after the change, with its etag."""
        condition = {"If-Match": current["etag"]} if current else {"If-None-Match": "*"}
        if not wanted and not current:
            return {}
        if wanted:
            ttl = lifetime(key[1], self.ttl, self.floor)
            records = [_WRITTEN[key[1]](value) for value in sorted(wanted)]
            body = {"properties": {"TTL": ttl, _FIELD[key[1]]: records[0] if key[1] == "CNAME" else records}}
            answer = self._ask("PUT", name, key, body, condition)
        else:
            answer = self._ask("DELETE", name, key, None, condition)
        if answer.status in (204, 412):  # 204: it was gone already.
            raise Conflict(f"{owner(name, key[0])} {key[1]} was changed by someone else meanwhile")
        if answer.status not in (200, 201, 202):
            raise answer.refusal(WHO, _error(answer)[1])
        return answer.json(WHO) if wanted else {}

    def _undo(self, name: str, done: Mapping[Key, Any], current: Mapping[Key, Any], failure: ZoneError) -> None:
        """Undo the changes before the failure, the last first, except where someone has changed a set since."""
        left = [key for key in done if done[key] != current[key]]
        try:
            while left and not failure.unknown:
                self._change(name, left[-1], _values(left[-1], current[left[-1]]), done[left[-1]])
                left.pop()
        except ZoneError as error:
            failure.add_note(str(error))
        if left:
            names = ", ".join(f"{owner(name, label)} {kind}" for label, kind in left)
            raise ZoneError(f"{failure}; but {names} had been changed before, and still is", unknown=True) from failure

    def _record_sets(self, name: str, keys: Collection[Key]) -> dict[Key, Any]:
        return {key: self._record_set(name, key) for key in sorted(keys)}

    def _record_set(self, name: str, key: Key) -> Any:
        """The record set with its etag; {} if there is none."""
        answer = self._ask("GET", name, key)
        code, message = ("", "") if answer.status == 200 else _error(answer)
        if answer.status == 404 and code == "NotFound":
            return {}
        if answer.status != 200:
            raise answer.refusal(WHO, message)
        current = answer.json(WHO)
        if (current["properties"].get("targetResource") or {}).get("id"):
            raise ZoneError(f"{owner(name, key[0])} {key[1]} is an alias; make it a simple record set", permanent=True)
        return current

    def _ask(self, method: str, name: str, key: Key, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        label = quote(relative(self.zone, owner(name, key[0])), safe="@")
        group = f"subscriptions/{quote(self.subscription)}/resourceGroups/{quote(self.resource_group)}"
        path = f"{group}/providers/Microsoft.Network/dnsZones/{self.zone}/{key[1]}/{label}?api-version={VERSION}"
        token = self.token or self._tokens.token()
        url = f"{self.endpoint.rstrip('/')}/{path}"
        return self._rest.ask(method, url, {"Authorization": f"Bearer {token}", **(headers or {})}, json=body)

    @cached_property
    def _rest(self) -> Rest:
        return Rest(WHO)

    @cached_property
    def _tokens(self) -> "_Tokens":
        url = f"{self.login.rstrip('/')}/{quote(self.tenant)}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client,
            "client_secret": self.secret,
            "scope": f"{self.endpoint.rstrip('/')}/.default",
        }
        return _Tokens(self._rest, url, form)


class _Tokens:
    """An access token (OAuth 2.0 client credentials), fetched once and reused while it is valid."""

    def __init__(self, rest: Rest, url: str, form: Mapping[str, str]) -> None:
        self.rest, self.url, self.form = rest, url, form
        self.lock, self.current, self.until = Lock(), "", 0.0

    def token(self) -> str:
        with self.lock:
            if time.monotonic() > self.until:
                answer = self.rest.ask("POST", self.url, {}, form=self.form)
                if answer.status != 200:
                    raise answer.refusal("Azure's sign-in", _error(answer)[1])
                document = answer.json("Azure's sign-in")
                self.current = str(document["access_token"])
                self.until = time.monotonic() + int(document.get("expires_in", 600)) - 60
            return self.current


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message, of the resource manager or of the sign-in."""
    document = answer.json(WHO) if answer.is_json else {}
    error = document.get("error", document)
    if isinstance(error, str):
        return error, str(document.get("error_description", error))
    return str(error.get("code", "")), str(error.get("message", ""))


_FIELD = {"A": "ARecords", "AAAA": "AAAARecords", "CNAME": "CNAMERecord", "TXT": "TXTRecords"}
_WRITTEN: Mapping[str, Callable[[str], Any]] = {
    "A": lambda value: {"ipv4Address": value},
    "AAAA": lambda value: {"ipv6Address": value},
    "CNAME": lambda value: {"cname": value},
    "TXT": lambda value: {"value": [value[start : start + 255] for start in range(0, len(value) or 1, 255)]},
}


def _sets(current: Mapping[Key, Any]) -> Sets:
    return {key: _values(key, record_set) for key, record_set in current.items()}


def _values(key: Key, current: Mapping[str, Any]) -> frozenset[str]:
    records = current["properties"].get(_FIELD[key[1]]) or [] if current else []
    if key[1] == "TXT":
        return frozenset("".join(record["value"]) for record in records)
    listed = [records] if isinstance(records, dict) else records
    return values(key[1], (text for record in listed for text in record.values()))
