"""Amazon Route 53: one batch that deletes each set exactly as it was read and creates it anew, or nothing at all."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from botocore.session import Session

from lightship.config.fields import Name
from lightship.zones import Conflict, Key, Sets, ZoneError
from lightship.zones._records import agreed, check_ttl, expect, lifetime, owner, values, written
from lightship.zones._rest import settled

PATIENCE = 90
BUSY = {"Throttling", "ThrottlingException", "PriorRequestNotComplete", "RequestTimeout"}


@dataclass(frozen=True, kw_only=True)
class Route53:
    """`zone` is the id of the hosted zone. Without `key` and `secret` botocore looks for credentials where AWS's own tools
    do: environment, profile, role of the machine. `region` finds the endpoint of China and GovCloud."""

    atomic: ClassVar[bool] = True
    holds_votes: ClassVar[bool] = False
    holds_txt: ClassVar[bool] = True
    floor: ClassVar[int] = 1

    name: Name
    zone: str
    key: str = ""
    secret: str = field(default="", repr=False)
    region: str = "us-east-1"
    endpoint: str = ""
    ttl: int = 30

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self.floor, "Route 53")
        if bool(self.key) != bool(self.secret):
            raise ValueError("key and secret go together; without both, the machine's own AWS credentials are used")

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return _sets(self._held(name, keys), keys)

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = agreed(to, expecting)
        keys = sorted({*to, *expecting})
        held = self._held(name, keys)
        expect(name, _sets(held, keys), expecting)
        changes = [_change("DELETE", held[key]) for key in keys if key in held]
        changes += [_change("CREATE", made) for key in keys if (made := self._made(name, key, to, held))]
        if not changes:
            return
        try:
            answer = self._call("change_resource_record_sets", HostedZoneId=self.zone, ChangeBatch={"Changes": changes})
        except ClientError as error:
            if self._held(name, keys) != held:
                raise Conflict(f"{name} was changed by someone else meanwhile") from error
            raise ZoneError(f"Route 53 refuses the change: {error}", permanent=True) from error
        self._wait(answer["ChangeInfo"])

    def _made(self, name: str, key: Key, to: Sets, held: Mapping[Key, Any]) -> Any:
        """What is to be there afterwards. What is only expected is put back as it was: the batch fails if it is not."""
        if key not in to:
            return held.get(key)
        records = [{"Value": _octal(written(key[1], value))} for value in sorted(to[key])]
        ttl = lifetime(key[1], self.ttl, self.floor)
        return records and {"Name": owner(name, key[0]) + ".", "Type": key[1], "TTL": ttl, "ResourceRecords": records}

    def _held(self, name: str, keys: Collection[Key]) -> dict[Key, Any]:
        found = {}
        for label in sorted({label for label, _ in keys}):
            for kind, held in self._at(owner(name, label)):
                if (label, kind) in keys:
                    if "ResourceRecords" not in held or "SetIdentifier" in held:
                        why = "is an alias or has a routing policy; make it a simple record set"
                        raise ZoneError(f"{owner(name, label)} {kind} {why}", permanent=True)
                    found[label, kind] = held
        return found

    def _at(self, full: str) -> list[tuple[str, Any]]:
        """All sets of a name. The list goes on with the names that follow."""
        found: list[tuple[str, Any]] = []
        start: dict[str, str] = {"StartRecordName": full + "."}
        while start:
            page = self._call("list_resource_record_sets", HostedZoneId=self.zone, MaxItems="100", **start)
            for held in page["ResourceRecordSets"]:
                if _decimal(held["Name"]).lower() != full + ".":
                    return found
                found.append((held["Type"], held))
            more = {
                "StartRecordName": "NextRecordName",
                "StartRecordType": "NextRecordType",
                "StartRecordIdentifier": "NextRecordIdentifier",
            }
            start = {ours: page[theirs] for ours, theirs in more.items() if theirs in page} if page["IsTruncated"] else {}
        return found

    def _wait(self, change: Mapping[str, Any]) -> None:
        def done() -> bool:
            return "INSYNC" in (change["Status"], self._call("get_change", Id=change["Id"])["ChangeInfo"]["Status"])

        if not settled(done, PATIENCE):
            raise ZoneError(f"Route 53 took the change, but not all name servers have it after {PATIENCE} s", unknown=True)

    def _call(self, operation: str, **arguments: Any) -> Any:
        """ClientError only for a batch that does not fit."""
        writes = operation.startswith("change")
        try:
            return getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code == "InvalidChangeBatch":
                raise
            permanent = status < 500 and code not in BUSY
            raise ZoneError(f"Route 53: {error}", permanent=permanent, unknown=writes and status >= 500) from error
        except BotoCoreError as error:
            unsent = isinstance(error, ConnectTimeoutError | EndpointConnectionError | NoCredentialsError)
            lost = isinstance(error, NoCredentialsError)
            raise ZoneError(f"Route 53: {error}", permanent=lost, unknown=writes and not unsent) from error

    @cached_property
    def _client(self) -> Any:
        # No retries: a change that was obeyed, but whose answer was lost, would be refused the second time as not fitting.
        return Session().create_client(
            "route53",
            region_name=self.region,
            aws_access_key_id=self.key or None,
            aws_secret_access_key=self.secret or None,
            endpoint_url=self.endpoint or None,
            config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1}),
        )


def _change(action: str, held: Any) -> dict[str, Any]:
    return {"Action": action, "ResourceRecordSet": held}


def _sets(held: Mapping[Key, Any], keys: Collection[Key]) -> Sets:
    return {
        key: values(key[1], (_decimal(record["Value"]) for record in held[key]["ResourceRecords"]))
        if key in held
        else frozenset()
        for key in keys
    }


def _octal(text: str) -> str:
    """Route 53 writes a byte as \\ooo where zone files have \\DDD (RFC 1035, 5.1)."""
    return re.sub(r"\\(\d{3}|.)", lambda found: f"\\{int(found[1]):03o}" if len(found[1]) == 3 else found[0], text)


def _decimal(text: str) -> str:
    return re.sub(r"\\([0-7]{3}|.)", lambda found: f"\\{int(found[1], 8):03}" if len(found[1]) == 3 else found[0], text)
