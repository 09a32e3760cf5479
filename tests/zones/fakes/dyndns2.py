"""FakeDyndns2: the update URL of a provider as deSEC has it, which puts the addresses into a real name server."""

import base64
import secrets

from tests.zones.fakes import Fake, Reply, Request

from lightship.core.steering.records import POINTERS
from lightship.zones import Zone


class FakeDyndns2(Fake):
    """`behind`: the zone that the update changes. `words`: what it says instead of obeying, next first."""

    def __init__(self, behind: Zone) -> None:
        super().__init__()
        self.behind, self.password = behind, secrets.token_hex()

    def changes(self, request: Request) -> bool:
        return True

    def say(self, *words: str, status: int = 200) -> None:
        self.instead.extend(Reply(status, f"{word}\n".encode()) for word in words)

    def reply(self, request: Request) -> Reply:
        basic = base64.b64encode(f"acme:{self.password}".encode()).decode()
        if not request.headers.get("user-agent", "").startswith("Lightship/"):
            return Reply(200, b"badagent")
        if request.headers.get("authorization") != f"Basic {basic}":
            return Reply(401, b"badauth")
        name = request.query["hostname"]
        if not f".{name}".endswith(f".{self.behind.name}"):
            return Reply(200, b"nohost")
        given = {key: self._given(request, field) for key, field in zip(POINTERS[:2], ("myip", "myipv6"), strict=True)}
        if self.behind.read(name, given) == given:
            return Reply(200, b"nochg")
        self.behind.set_records(name, given, expecting={})
        return Reply(200, b"good")

    def _given(self, request: Request, field: str) -> frozenset[str]:
        return frozenset(text for text in request.query[field].split(",") if text)
