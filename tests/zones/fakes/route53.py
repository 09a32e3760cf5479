"""FakeRoute53: record sets of one hosted zone, changed in batches that fit wholly or not at all (API of 2013-04-01).

Not like the real one: no aliases but one that a test puts there, no limits but what a test asks for.
"""

import hashlib
import hmac
import itertools
import re
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.zones.fakes import Fake, Reply, Request

NS = "https://route53.amazonaws.com/doc/2013-04-01/"
BASE = "/2013-04-01"
Set = tuple[int, tuple[str, ...]]


class FakeRoute53(Fake):
    """`pending`: how often GetChange says PENDING before INSYNC. `page`: sets a page."""

    def __init__(self, zone: str, apex: str, key: str = "AKIDTEST", secret: str = "a-secret-of-the-tests") -> None:
        super().__init__()
        self.zone, self.apex, self.key, self.secret = zone, apex, key, secret
        self.sets: dict[tuple[str, str], Set] = {(f"{apex}.", "NS"): (3600, ("ns1.example.", "ns2.example."))}
        self.aliases: set[tuple[str, str]] = set()
        self.pending, self.page = 1, 100
        self.numbers, self.asked_for = itertools.count(), dict[str, int]()

    def changes(self, request: Request) -> bool:
        return request.method == "POST"

    def reply(self, request: Request) -> Reply:
        if not self._signed(request):
            return _error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        if request.path.startswith(f"{BASE}/change/"):
            return self._change(request.path.rpartition("/")[2])
        if f"{request.path}/".startswith(f"{BASE}/hostedzone/{self.zone}/rrset/"):
            return self._batch(request) if request.method == "POST" else self._list(request)
        return _error(404, "NoSuchHostedZone", "No hosted zone found with this id")

    def ttl(self, name: str, kind: str) -> int:
        return self.sets[f"{name}.", kind][0]

    def _change(self, number: str) -> Reply:
        self.asked_for[number] = self.asked_for.get(number, 0) + 1
        return _info("GetChangeResponse", number, "INSYNC" if self.asked_for[number] > self.pending else "PENDING")

    def _list(self, request: Request) -> Reply:
        def place(at: tuple[str, str]) -> tuple[list[str], str]:
            return at[0].rstrip(".").split(".")[::-1], at[1]

        start = place((_escaped(request.query.get("name", "")), request.query.get("type", "")))
        rest = sorted((at for at in {*self.sets, *self.aliases} if place(at) >= start), key=place)
        most = min(self.page, int(request.query.get("maxitems", "300")))
        answer = ET.Element("ListResourceRecordSetsResponse", xmlns=NS)
        every = ET.SubElement(answer, "ResourceRecordSets")
        for at in rest[:most]:
            every.append(self._written(at))
        _put(answer, "IsTruncated", "true" if rest[most:] else "false")
        _put(answer, "MaxItems", str(most))
        if rest[most:]:
            _put(answer, "NextRecordName", rest[most][0])
            _put(answer, "NextRecordType", rest[most][1])
        return Reply(200, ET.tostring(answer))

    def _written(self, at: tuple[str, str]) -> ET.Element:
        element = ET.Element("ResourceRecordSet")
        _put(element, "Name", at[0])
        _put(element, "Type", at[1])
        if at in self.aliases:
            alias = ET.SubElement(element, "AliasTarget")
            for name, value in (("HostedZoneId", "Z2"), ("DNSName", "lb.example."), ("EvaluateTargetHealth", "false")):
                _put(alias, name, value)
            return element
        _put(element, "TTL", str(self.sets[at][0]))
        records = ET.SubElement(element, "ResourceRecords")
        for value in self.sets[at][1]:
            _put(ET.SubElement(records, "ResourceRecord"), "Value", value)
        return element

    def _batch(self, request: Request) -> Reply:
        after, wrong = dict(self.sets), list[str]()
        for change in ET.fromstring(request.body).iter(f"{{{NS}}}Change"):
            at, existing = _read(change)
            wrong += self._one(after, str(change.findtext(f"{{{NS}}}Action")), at, existing)
        wrong += [f"CNAME beside others at {name}" for name, kind in after if kind == "CNAME" and _others(after, name)]
        if wrong:
            return _error(400, "InvalidChangeBatch", "; ".join(wrong))
        self.sets = after
        return _info("ChangeResourceRecordSetsResponse", f"C{next(self.numbers)}", "PENDING")

    def _one(self, after: dict[tuple[str, str], Set], action: str, at: tuple[str, str], existing: Set) -> list[str]:
        if not f".{at[0]}".endswith(f".{self.apex}."):
            return [f"RRSet with DNS name {at[0]} is not permitted in zone {self.apex}."]
        if wrong := [value for value in existing[1] if not _good(at[1], value)]:
            return [f"Invalid Resource Record: {wrong}"]
        if action == "CREATE" and at not in after:
            after[at] = existing
            return []
        there = after.get(at)
        if action == "DELETE" and there and (there[0], sorted(there[1])) == (existing[0], sorted(existing[1])):
            del after[at]
            return []
        return [f"Tried to {action} resource record set {at}, but what is there is {there}"]

    def _signed(self, request: Request) -> bool:
        """AWS Signature Version 4."""
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(.+), SignedHeaders=(.+), Signature=(.+)", request.headers["authorization"]
        )
        if not found or found[1] != self.key:
            return False
        _, scope, names, signature = found.groups()
        parts = urlsplit(request.target)
        query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(parts.query, True))
        headers = "".join(f"{name}:{request.headers[name]}\n" for name in names.split(";"))
        body = hashlib.sha256(request.body).hexdigest()
        canonical = "\n".join([request.method, parts.path, "&".join(map("=".join, query)), headers, names, body])
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, digest])
        secret = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(secret, text.encode(), "sha256").hex(), signature)


def _read(change: ET.Element) -> tuple[tuple[str, str], Set]:
    def text(path: str) -> Any:
        return change.findtext(f"{{{NS}}}ResourceRecordSet/{{{NS}}}{path}")

    values = tuple(str(element.text) for element in change.iter(f"{{{NS}}}Value"))
    name = _escaped(text("Name"))
    return (name if name.endswith(".") else f"{name}.", text("Type")), (int(text("TTL")), values)


def _escaped(name: str) -> str:
    return name.lower().replace("*", "\\052")


def _others(sets: dict[tuple[str, str], Set], name: str) -> bool:
    return any(owner == name and kind != "CNAME" for owner, kind in sets)


def _good(kind: str, value: str) -> bool:
    string = r'"(?:[ !#-\[\]-~]|\\[0-7]{3}|\\.){1,}"'
    shapes = {"A": r"\d+\.\d+\.\d+\.\d+", "AAAA": r"[0-9a-f:]+", "CNAME": r"[a-z0-9._-]+\.", "TXT": rf"{string}( {string})*"}
    return bool(re.fullmatch(shapes.get(kind, ".*"), value))


def _put(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _info(root: str, number: str, status: str) -> Reply:
    answer = ET.Element(root, xmlns=NS)
    info = ET.SubElement(answer, "ChangeInfo")
    for name, value in (("Id", f"/change/{number}"), ("Status", status), ("SubmittedAt", "2026-11-22T00:00:00Z")):
        _put(info, name, value)
    return Reply(200, ET.tostring(answer))


def _error(status: int, code: str, message: str) -> Reply:
    answer = ET.Element("ErrorResponse", xmlns=NS)
    error = ET.SubElement(answer, "Error")
    for name, value in (("Type", "Sender"), ("Code", code), ("Message", message)):
        _put(error, name, value)
    return Reply(status, ET.tostring(answer))


THROTTLED = _error(400, "Throttling", "Rate exceeded")
BUSY = _error(400, "PriorRequestNotComplete", "The request was rejected because an earlier one is not complete")
