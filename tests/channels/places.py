"""For each kind of channel, a real place where its messages arrive."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest
from tests import mail_relay, servers

from lightship.channels import Channel
from lightship.channels.chat import Chat
from lightship.channels.email import Email


@dataclass(frozen=True)
class Place:
    """`came`: the body of the message of a subject, once it is there, as a person reads it. `other`: an address, for
    `Message.to`, that arrives at the same place. `dead`: the same channel, whose server is gone."""

    channel: Channel
    dead: Channel
    other: str
    came: Callable[[str], str]


@dataclass
class Inbox:
    """A web server: what was posted to it, by path. A path that begins with a number answers that."""

    url: str
    posts: Queue[tuple[str, bytes]] = field(default_factory=Queue)
    hang: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextlib.contextmanager
    def open(cls) -> Iterator["Inbox"]:
        inbox = cls("")

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                first = self.path.split("/")[1]
                if first == "hang":
                    inbox.hang.wait(60)
                inbox.posts.put((self.path, body))
                self.send_response(int(first) if first.isdigit() else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            inbox.url = f"127.0.0.1:{server.server_address[1]}"
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield inbox
            inbox.hang.set()
            server.shutdown()


def email(request: pytest.FixtureRequest) -> Place:
    relay: mail_relay.Relay = request.getfixturevalue("relay")
    channel = Email(
        name="mail",
        host="127.0.0.1",
        port=relay.plain,
        sender=f"Acme status <status@{mail_relay.DOMAIN}>",
        to=(f"Alice <alice@{mail_relay.DOMAIN}>", f"bob@{mail_relay.DOMAIN}"),
    )

    def came(subject: str) -> str:
        body = relay.letter(subject).get_body()
        assert body is not None
        text: str = body.get_content()
        return text

    return Place(channel, replace(channel, port=servers.free_port()), f"carol@{mail_relay.DOMAIN}", came)


def chat(request: pytest.FixtureRequest) -> Place:
    inbox: Inbox = request.getfixturevalue("inbox")
    channel = Chat(name="room", urls=(f"json://{inbox.url}/staff",))

    def came(subject: str) -> str:
        post = json.loads(inbox.posts.get(timeout=10)[1])
        assert post["title"] == subject
        text: str = post["message"]
        return text

    return Place(channel, Chat(name="room", urls=(f"json://127.0.0.1:{servers.free_port()}/x",)), f"json://{inbox.url}/o", came)


PLACES: dict[str, tuple[Callable[[pytest.FixtureRequest], Place], tuple[str, ...]]] = {
    "email": (email, ("postfix",)),
    "chat": (chat, ()),
}
"""Kind -> how to make a place for it, and the servers that this needs."""
