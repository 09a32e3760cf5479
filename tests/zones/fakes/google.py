"""FakeCloudDns: record sets of one managed zone, changed by deletions that must match and additions (Cloud DNS v1), and the
token server that a service account's key names."""

import ipaddress
import itertools
import json
import secrets
import time
from typing import Any

import google.auth.jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.zones.fakes import Fake, Reply, Request, told

BASE = "/dns/v1/projects/acme/managedZones"


def private_key() -> rsa.RSAPrivateKey:
    """A short one: Google's are longer, but all that a test would have of that is to wait for it."""
    return rsa.generate_private_key(65537, 1024)


class FakeCloudDns(Fake):
    """`pending`: how often a change is asked for before it is done. `page`: sets a page."""

    def __init__(self, zone: str, apex: str) -> None:
        super().__init__()
        self.zone, self.apex = zone, apex
        self.sets: dict[tuple[str, str], Any] = {}
        self.pending, self.page = 1, 100
        self.numbers, self.asked_for = itertools.count(1), dict[str, int]()
        self.private = private_key()
        self.tokens: dict[str, float] = {}
        self.lifetime = 3600

    def account(self, private: rsa.RSAPrivateKey | None = None) -> str:
        """The JSON of a service account's key."""
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        pem = (private or self.private).private_bytes(*form).decode()
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "acme",
                "private_key_id": "1",
                "private_key": pem,
                "client_email": "lightship@acme.example",
                "token_uri": f"{self.url}/token",
            }
        )

    def changes(self, request: Request) -> bool:
        return request.method == "POST" and request.path.endswith("/changes")

    def ttl(self, name: str, kind: str) -> int:
        return int(self.sets[f"{name}.", kind]["ttl"])

    def reply(self, request: Request) -> Reply:
        if request.path == "/token":
            return self._token(request)
        if self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "), 0) < time.time():
            return _error(401, "authError", "Request had invalid authentication credentials.")
        if request.path == f"{BASE}/{self.zone}/rrsets":
            return self._list(request)
        if request.path == f"{BASE}/{self.zone}/changes":
            return self._change(request.json())
        if request.path.startswith(f"{BASE}/{self.zone}/changes/"):
            number = request.path.rpartition("/")[2]
            self.asked_for[number] = self.asked_for.get(number, 0) + 1
            return told(200, {"id": number, "status": "done" if self.asked_for[number] > self.pending else "pending"})
        return _error(404, "notFound", f"The 'parameters.managedZone' resource named '{request.path}' does not exist.")

    def _token(self, request: Request) -> Reply:
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        try:
            google.auth.jwt.decode(  # type: ignore[no-untyped-call]
                request.form()["assertion"],
                certs=self.private.public_key().public_bytes(*form),
                audience="https://oauth2.googleapis.com/token",
            )
        except ValueError:
            return told(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        token = secrets.token_hex()
        self.tokens[token] = time.time() + self.lifetime
        return told(200, {"access_token": token, "expires_in": self.lifetime, "token_type": "Bearer"})

    def _list(self, request: Request) -> Reply:
        found = [each for at, each in sorted(self.sets.items()) if request.query.get("name", at[0]) == at[0]]
        start = int(request.query.get("pageToken", 0))
        rest = {"nextPageToken": str(start + self.page)} if found[start + self.page :] else {}
        return told(200, {"kind": "dns#resourceRecordSetsListResponse", "rrsets": found[start : start + self.page], **rest})

    def _change(self, change: Any) -> Reply:
        after = dict(self.sets)
        for number, gone in enumerate(change.get("deletions", [])):
            at = (gone["name"], gone["type"])
            if at not in after:
                return _error(404, "notFound", f"The 'entity.change.deletions[{number}]' resource does not exist.")
            if _plain(after.pop(at)) != _plain(gone):
                return _error(412, "conditionNotMet", f"Precondition not met for 'entity.change.deletions[{number}]'")
        for number, new in enumerate(change.get("additions", [])):
            at, where = (new["name"], new["type"]), f"'entity.change.additions[{number}]'"
            if at in after:
                return _error(409, "alreadyExists", f"The resource {where} already exists")
            if not f".{at[0]}".endswith(f".{self.apex}.") or not _good(new):
                return _error(400, "invalid", f"Invalid value for {where}")
            after[at] = {"kind": "dns#resourceRecordSet", "signatureRrdatas": [], **new}
        names = {name for name, kind in after if kind == "CNAME"}
        if any(name in names and kind != "CNAME" for name, kind in after):
            return _error(400, "cnameResourceRecordSetConflict", "A CNAME may not stand beside others.")
        if not change.get("additions") and not change.get("deletions"):
            return _error(400, "required", "Required field is empty")
        self.sets = after
        return told(200, {"id": str(next(self.numbers)), "status": "pending", "startTime": "2026-11-22T00:00:00Z"})


def _plain(existing: Any) -> Any:
    return existing["ttl"], sorted(existing["rrdatas"])


def _good(new: Any) -> bool:
    try:
        if new["type"] in ("A", "AAAA"):
            return all(str(ipaddress.ip_address(text)) == text for text in new["rrdatas"])
    except ValueError:
        return False
    mark = {"TXT": '"', "CNAME": "."}[new["type"]]
    return all(text.endswith(mark) for text in new["rrdatas"])


def _error(status: int, reason: str, message: str) -> Reply:
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "global", "reason": reason}]}
    return told(status, {"error": error})


THROTTLED = _error(403, "rateLimitExceeded", "Rate Limit Exceeded")
