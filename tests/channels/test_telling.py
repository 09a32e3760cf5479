"""Staff are told through every channel at once, and no channel holds up another."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.channels.places import Inbox

from lightship.channels import ChannelError, Message, tell_each, tell_staff
from lightship.config import BackEndConfig

MESSAGE = Message(subject="Drill", body="Wording.")


@dataclass
class FakeChannel:
    """One that does what the test says: no real one fails in every way on request."""

    name: str
    error: Exception | None = None
    waits: threading.Event | None = None
    told: list[Message] = field(default_factory=list)

    @staticmethod
    def check(address: str) -> None: ...

    def tell(self, message: Message) -> None:
        if self.waits:
            self.waits.wait(20)
        if self.error:
            raise self.error
        self.told.append(message)


def test_one_that_fails_does_not_stop_the_others() -> None:
    good = FakeChannel("good")
    found = tell_each(
        [FakeChannel("bad", ChannelError("mailbox gone")), good, FakeChannel("worse", KeyError("s3cret"))], MESSAGE
    )
    assert good.told == [MESSAGE]
    assert found["good"] == ""
    assert found["bad"] == "mailbox gone"
    assert "Lightship itself failed: KeyError" in found["worse"]
    assert "s3cret" not in found["worse"]


def test_all_are_told_at_once() -> None:
    together = threading.Barrier(3, timeout=10)

    class Meeting(FakeChannel):
        def tell(self, message: Message) -> None:
            together.wait()

    assert set(tell_each([Meeting(name) for name in "abc"], MESSAGE).values()) == {""}


def test_one_that_hangs_is_not_waited_for() -> None:
    end = threading.Event()
    begun = time.monotonic()
    found = tell_each([FakeChannel("stuck", waits=end), FakeChannel("good")], MESSAGE, patience=0.2)
    end.set()
    assert time.monotonic() - begun < 10
    assert found["good"] == ""
    assert "did not finish" in found["stuck"]


def test_staff_are_told_as_the_file_says(inbox: Inbox) -> None:
    configured = [
        BackEndConfig(name=name, kind="chat", options={"urls": (f"json://{inbox.url}/{path}",)})
        for name, path in (("room", "fine"), ("pager", "500"))
    ]
    wrong = tell_staff(configured, "Name moved", "To host b.")
    assert len(wrong) == 1
    assert wrong[0].startswith("pager: JSON: ")
    assert {inbox.posts.get(timeout=5)[0] for _ in range(2)} == {"/fine", "/500"}


def test_no_channel_at_all_is_told() -> None:
    assert tell_staff([], "Name moved", "To host b.") == ("no channel is configured: nobody was told",)


def test_one_that_can_no_longer_be_opened_keeps_none_from_being_told(inbox: Inbox) -> None:
    gone = BackEndConfig(
        name="mail", kind="email", options={"host": "relay.example", "sender": "a@example", "ca": Path("/gone")}
    )
    room = BackEndConfig(name="room", kind="chat", options={"urls": (f"json://{inbox.url}/fine",)})
    (words,) = tell_staff([gone, room], "Name moved", "To host b.")
    assert words.startswith("mail: ca names /gone")
    assert inbox.posts.get(timeout=5)[0] == "/fine"
