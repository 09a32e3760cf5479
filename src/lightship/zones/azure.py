"""Azure DNS: each record set is changed only if its etag is as read; the first one is the lock for the others.

Azure cannot change several sets at once. So whoever changes the first (the move record, if there is one) goes on with the
rest, and undoes its changes if that fails. For a moment A may be new and AAAA still old.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from urllib.parse import quote

from lightship.config.fields import Name
from lightship.zones import Conflict, Key, Sets, ZoneError
from lightship.zones._records import Provider, Rows, lifetime, owner, values
from lightship.zones._rest import Answer

VERSION = "2018-05-01"


@dataclass(frozen=True, kw_only=True)
class Azure(Provider):
    """`zone` is the zone's name. Either a service principal (`tenant`, `client`, `secret`) or a `token`, which lives for about
    an hour. `endpoint` and `login` differ in China and for governments."""

    who: ClassVar[str] = "Azure DNS"

    zone: Name
    subscription: str
    resource_group: str
    tenant: str = ""
    client: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    endpoint: str = "https://management.azure.com"
    login: str = "https://login.microsoftonline.com"

    def __post_init__(self) -> None:
        super().__post_init__()
        principal = [self.tenant, self.client, self.secret]
        if any(principal) == bool(self.token) or (any(principal) and not all(principal)):
            raise ValueError("give tenant, client and secret of a service principal, or else a token")

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        # All writers begin with the same set, so that one of them wins. Deletions come first: A makes way for CNAME.
        changed = [key for key in to if to[key] or current[key]]
        done: Rows = {}
        for key in sorted(changed, key=lambda key: (key[1] != "TXT", not current[key], key)):
            try:
                done[key] = self._change_set(name, key, to[key], current[key])
            except ZoneError as error:
                self._undo(name, done, current, error)
                raise

    def _change_set(self, name: str, key: Key, wanted: Collection[str], current: Sequence[Any]) -> list[Any]:
        """The record set after the change, with its etag."""
        full, kind = owner(name, key[0]), key[1]
        condition = {"If-Match": current[0]["etag"]} if current else {"If-None-Match": "*"}
        if wanted:
            ttl = lifetime(kind, self.ttl, self.floor)
            records = [_WRITTEN[kind](value) for value in sorted(wanted)]
            body = {"properties": {"TTL": ttl, _FIELD[kind]: records[0] if kind == "CNAME" else records}}
            answer = self._ask("PUT", full, kind, body, condition)
        else:
            answer = self._ask("DELETE", full, kind, None, condition)
        if answer.status in (204, 412):  # 204: it was gone already.
            raise Conflict(f"{full} {kind} was changed by someone else meanwhile")
        if answer.status not in (200, 201, 202):
            raise answer.refusal(_error(answer)[1])
        return [answer.json()] if wanted else []

    def _undo(self, name: str, done: Rows, current: Rows, failure: ZoneError) -> None:
        """Undo the changes before the failure, the last first, except where someone has changed a set since."""
        left = [key for key in done if done[key] != current[key]]
        try:
            while left and not failure.unknown:
                self._change_set(name, left[-1], self._values(left[-1][1], current[left[-1]]), done[left[-1]])
                left.pop()
        except ZoneError as error:
            failure.add_note(str(error))
        if left:
            names = ", ".join(f"{owner(name, label)} {kind}" for label, kind in left)
            raise ZoneError(f"{failure}; but {names} had been changed before, and still is", unknown=True) from failure

    def _rows(self, full: str, kinds: Collection[str]) -> Iterator[tuple[str, Any]]:
        for kind in kinds:
            answer = self._ask("GET", full, kind)
            if answer.status == 200:
                row = answer.json()
                if (row["properties"].get("targetResource") or {}).get("id"):
                    raise ZoneError(f"{full} {kind} is an alias; make it a simple record set", permanent=True)
                yield kind, row
            elif (answer.status, _error(answer)[0]) != (404, "NotFound"):
                raise answer.refusal(_error(answer)[1])

    def _values(self, kind: str, rows: Sequence[Any]) -> frozenset[str]:
        records = rows[0]["properties"].get(_FIELD[kind]) or [] if rows else []
        if kind == "TXT":
            return frozenset("".join(record["value"]) for record in records)
        listed = [records] if isinstance(records, dict) else records
        return values(kind, (text for record in listed for text in record.values()))

    def _ask(self, method: str, full: str, kind: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        label = "@" if full == self.zone else full.removesuffix("." + self.zone)
        if label == full:
            raise ZoneError(f"{full} is not in the zone {self.zone}", permanent=True)
        group = f"subscriptions/{quote(self.subscription)}/resourceGroups/{quote(self.resource_group)}"
        path = f"{group}/providers/Microsoft.Network/dnsZones/{self.zone}/{kind}/{quote(label, safe='@')}?api-version={VERSION}"
        token = self.token or self._rest.token(self._fetch)
        url = f"{self.endpoint.rstrip('/')}/{path}"
        return self._rest.ask(method, url, {"Authorization": f"Bearer {token}", **(headers or {})}, json=body)

    def _fetch(self) -> tuple[str, float]:
        """An access token (OAuth 2.0 client credentials), and the seconds it lives."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client,
            "client_secret": self.secret,
            "scope": f"{self.endpoint.rstrip('/')}/.default",
        }
        url = f"{self.login.rstrip('/')}/{quote(self.tenant)}/oauth2/v2.0/token"
        answer = self._rest.ask("POST", url, {}, reads=True, fields=form, encode_multipart=False)
        answer = replace(answer, who="Azure's sign-in")
        if answer.status != 200:
            raise answer.refusal(_error(answer)[1])
        document = answer.json()
        return str(document["access_token"]), int(document.get("expires_in", 600))


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message, of the resource manager or of the sign-in."""
    document = answer.json_if_any()
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
