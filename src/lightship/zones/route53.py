"""Amazon Route 53: one batch deletes each record set exactly as it was read and creates it anew, or changes nothing."""

import contextlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from botocore.session import Session

from lightship.zones import Conflict, Key, Sets, ZoneError
from lightship.zones._records import Provider, Rows, lifetime, owner, swapped, values, zone_file
from lightship.zones._rest import wait_for

PATIENCE = 90
BUSY = {"Throttling", "ThrottlingException", "PriorRequestNotComplete", "RequestTimeout"}


@dataclass(frozen=True, kw_only=True)
class Route53(Provider):
    """`zone` is the id of the hosted zone. Without `key` and `secret` botocore looks for credentials where AWS's own tools
    do: environment, profile, role of the machine. `region` finds the endpoint of China and GovCloud."""

    who: ClassVar[str] = "Route 53"

    zone: str
    key: str = ""
    secret: str = field(default="", repr=False)
    region: str = "us-east-1"
    endpoint: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.key) != bool(self.secret):
            raise ValueError("key and secret go together; without both, the machine's own AWS credentials are used")

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        deleted, created = swapped(current, to, lambda key: self._new(name, key, to[key]))
        changes = [{"Action": "DELETE", "ResourceRecordSet": row} for row in deleted]
        changes += [{"Action": "CREATE", "ResourceRecordSet": row} for row in created]
        if not changes:
            return
        try:
            with self._explained(writes=True):
                batch = {"Changes": changes}
                change = self._client.change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch=batch)["ChangeInfo"]
        except ClientError as error:
            if self._read(name, current) != current:
                raise Conflict(f"{name} was changed by someone else meanwhile") from error
            raise ZoneError(f"Route 53 refuses the change: {error}", permanent=True) from error

        def is_everywhere() -> bool:
            with self._explained(writes=False):
                return "INSYNC" in (change["Status"], self._client.get_change(Id=change["Id"])["ChangeInfo"]["Status"])

        wait_for(is_everywhere, PATIENCE, f"Route 53 took the change, but not all name servers have it after {PATIENCE} s")

    def _new(self, name: str, key: Key, wanted: Collection[str]) -> Any:
        records = [{"Value": _octal(zone_file(key[1], value))} for value in sorted(wanted)]
        ttl = lifetime(key[1], self.ttl, self.floor)
        return {"Name": owner(name, key[0]) + ".", "Type": key[1], "TTL": ttl, "ResourceRecords": records}

    def _rows(self, full: str, kinds: Collection[str]) -> Iterator[tuple[str, Any]]:
        with self._explained(writes=False):
            pages = self._client.get_paginator("list_resource_record_sets").paginate(
                HostedZoneId=self.zone, StartRecordName=full + ".", PaginationConfig={"PageSize": 100}
            )
            for row in pages.search("ResourceRecordSets[]"):
                if _decimal(row["Name"]).lower() != full + ".":
                    return  # it lists the names that follow too
                if row["Type"] in kinds:
                    if "ResourceRecords" not in row or "SetIdentifier" in row:
                        problem = "is an alias or has a routing policy; make it a simple record set"
                        raise ZoneError(f"{full} {row['Type']} {problem}", permanent=True)
                    yield row["Type"], row

    def _values(self, kind: str, rows: Collection[Any]) -> frozenset[str]:
        return values(kind, (_decimal(record["Value"]) for row in rows for record in row["ResourceRecords"]))

    @contextlib.contextmanager
    def _explained(self, *, writes: bool) -> Iterator[None]:
        """Errors of AWS as ZoneErrors. ClientError only for a batch that does not match what is there."""
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code == "InvalidChangeBatch":
                raise
            permanent = status < 500 and code not in BUSY
            raise ZoneError(f"Route 53: {error}", permanent=permanent, unknown=writes and status >= 500) from error
        except BotoCoreError as error:
            unsent = isinstance(error, ConnectTimeoutError | EndpointConnectionError | NoCredentialsError)
            permanent = isinstance(error, NoCredentialsError)
            raise ZoneError(f"Route 53: {error}", permanent=permanent, unknown=writes and not unsent) from error

    @cached_property
    def _client(self) -> Any:
        # No retries: a change that was done, but whose answer was lost, would be refused the second time.
        return Session().create_client(
            "route53",
            region_name=self.region,
            aws_access_key_id=self.key or None,
            aws_secret_access_key=self.secret or None,
            endpoint_url=self.endpoint or None,
            config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1}),
        )


def _octal(text: str) -> str:
    """Route 53 writes a byte as \\ooo where zone files have \\DDD (RFC 1035, 5.1)."""
    return re.sub(r"\\(\d{3}|.)", lambda match: f"\\{int(match[1]):03o}" if len(match[1]) == 3 else match[0], text)


def _decimal(text: str) -> str:
    return re.sub(r"\\([0-7]{3}|.)", lambda match: f"\\{int(match[1], 8):03}" if len(match[1]) == 3 else match[0], text)
