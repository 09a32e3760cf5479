"""Mail through a real Postfix: what a relay may refuse, and what TLS must insist on."""

import re
import secrets
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from tests import certs, mail_relay, servers

from lightship.channels import ChannelError, Message
from lightship.channels.email import Email

pytestmark = pytest.mark.server("postfix")
ALICE, GONE, LATER = (f"{name}@{mail_relay.DOMAIN}" for name in ("alice", "gone", "later"))


@pytest.fixture
def plain(relay: mail_relay.Relay) -> Email:
    return Email(name="mail", host="127.0.0.1", port=relay.plain, sender=f"status@{mail_relay.DOMAIN}", to=(ALICE,), timeout=5)


@pytest.fixture
def secured(relay: mail_relay.Relay, plain: Email) -> Email:
    return replace(
        plain, port=relay.starttls, security="starttls", ca=relay.ca, user=mail_relay.USER, password=mail_relay.PASSWORD
    )


def told(channel: Email) -> str:
    """The subject of a message that went out."""
    subject = f"Said {secrets.token_hex(4)}"
    channel.tell(Message(subject=subject, body="Wording."))
    return subject


def refused(channel: Email, *, body: str = "Wording.") -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.tell(Message(subject="Refused", body=body))
    return caught.value


def test_a_letter_is_whole_and_says_that_a_machine_wrote_it(relay: mail_relay.Relay, plain: Email) -> None:
    letter = relay.letter(told(plain))
    assert letter["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(rf"<[^@ ]+@{mail_relay.DOMAIN}>", letter["Message-ID"])
    assert abs(parsedate_to_datetime(letter["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert (letter["From"], letter["To"]) == (f"status@{mail_relay.DOMAIN}", ALICE)
    assert letter.get_content_type() == "text/plain"
    assert not letter.defects


def test_a_letter_sent_again_has_the_id_of_the_first(relay: mail_relay.Relay, plain: Email) -> None:
    subject = f"Again {secrets.token_hex(4)}"
    plain.tell(Message(subject=subject, body="Wording.", id="nudge-1"))
    assert relay.letter(subject)["Message-ID"] == f"<nudge-1@{mail_relay.DOMAIN}>"


def test_no_line_is_longer_than_mail_allows(relay: mail_relay.Relay, plain: Email) -> None:
    subject = "Long " + "wörter " * 60
    plain.tell(Message(subject=subject, body="x" * 5000))
    letter = relay.letter(" ".join(subject.split()))
    assert max(map(len, letter.as_bytes().splitlines())) <= 998
    assert letter.get_content().strip() == "x" * 5000


@pytest.mark.parametrize("port", ["starttls", "tls"])
def test_user_and_password_go_over_a_verified_connection(relay: mail_relay.Relay, secured: Email, port: str) -> None:
    letter = relay.letter(told(replace(secured, port=getattr(relay, port), security=port)))  # type: ignore[arg-type]
    assert "ESMTPSA" in letter["Received"]


def test_a_certificate_of_another_authority_is_refused(secured: Email, tmp_path: Path) -> None:
    certs.Authority("Mallory").write(tmp_path / "mallory.pem")
    for ca in (None, tmp_path / "mallory.pem"):
        error = refused(replace(secured, ca=ca))
        assert error.permanent
        assert "`ca`" in str(error)


def test_a_certificate_for_another_name_is_refused(secured: Email) -> None:
    error = refused(replace(secured, host="localhost"))
    assert error.permanent
    assert "correct `host`" in str(error)


def test_a_relay_without_starttls_gets_no_word_in_the_clear(relay: mail_relay.Relay, secured: Email) -> None:
    error = refused(replace(secured, port=relay.plain))
    assert error.permanent
    assert "STARTTLS" in str(error)


@pytest.mark.parametrize(("port", "security"), [("plain", "tls"), ("tls", "starttls")])
def test_the_wrong_kind_of_security_is_explained(relay: mail_relay.Relay, secured: Email, port: str, security: str) -> None:
    wrong = replace(secured, port=getattr(relay, port), security=security, timeout=1)  # type: ignore[arg-type]
    assert "`security`" in str(refused(wrong)) or "did not answer" in str(refused(wrong))


def test_a_wrong_password_is_permanent_and_not_shown(secured: Email) -> None:
    error = refused(replace(secured, password="open-sesame"))
    assert error.permanent
    assert "535" in str(error)
    assert "open-sesame" not in str(error) + repr(secured)


@pytest.mark.parametrize(("to", "permanent"), [((GONE,), True), ((LATER,), False), ((GONE, LATER), False)])
def test_an_address_that_is_refused_is_named_with_why(plain: Email, to: tuple[str, ...], permanent: bool) -> None:
    error = refused(replace(plain, to=to))
    assert error.permanent is permanent
    assert all(address in str(error) for address in to)


def test_one_refused_address_does_not_keep_it_from_the_others(relay: mail_relay.Relay, plain: Email) -> None:
    with pytest.raises(ChannelError, match=f"told the others, but refused {LATER}") as caught:
        replace(plain, to=(LATER, ALICE)).tell(Message(subject="For most", body="Wording."))
    assert caught.value.permanent, "sent again, Alice would have it twice"
    assert relay.letter("For most")["Delivered-To"] == ALICE


def test_a_refused_sender_and_a_letter_too_long_are_permanent(plain: Email) -> None:
    assert refused(replace(plain, sender=f"mallory@{mail_relay.DOMAIN}")).permanent
    assert refused(plain, body="long\n" * mail_relay.LONGEST).permanent


def test_a_silent_relay_is_given_up_soon(plain: Email) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(replace(plain, port=silent.getsockname()[1], timeout=0.2))
    assert "did not answer" in str(error)
    assert not error.permanent


def test_a_relay_that_hangs_up_after_taking_the_letter_has_taken_it(plain: Email) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        thread = threading.Thread(target=_take_and_hang_up, args=(rude,))
        thread.start()
        told(replace(plain, port=rude.getsockname()[1]))
        thread.join(5)


def _take_and_hang_up(server: socket.socket) -> None:
    """No relay that is installed behaves so; many on the net do."""
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 rude\r\n")
        for answer in (b"250 hello", b"250 sender", b"250 recipient", b"354 go on"):
            lines.readline()
            connection.sendall(answer + b"\r\n")
        while lines.readline() != b".\r\n":
            pass
        connection.sendall(b"250 taken\r\n")


def test_a_channel_without_staff_says_so(plain: Email) -> None:
    error = refused(replace(plain, to=()))
    assert error.permanent
    assert "`to = [" in str(error)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sender": "status"}, "is no address"),
        ({"to": ("alice",)}, "is no address"),
        ({"user": "x"}, "go together"),
        ({"host": "mail.example", "security": "none", "user": "x", "password": "y"}, "in the clear"),
        ({"ca": Path("nowhere.pem")}, "no such file"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_what_cannot_work_is_refused_when_the_file_is_read(wrong: dict[str, object], words: str) -> None:
    usual: dict[str, object] = {"name": "mail", "host": "mail.example", "sender": "a@b.example", "to": ("a@b.example",)}
    with pytest.raises(ValueError, match=words):
        Email(**{**usual, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "port", "where", "security"),
    [
        ("127.0.0.1", None, "127.0.0.1:25", "none"),
        ("localhost", 2525, "localhost:2525", "none"),
        ("mail.example", None, "mail.example:587", "starttls"),
        ("mail.example", 25, "mail.example:25", "starttls"),
        ("mail.example", 465, "mail.example:465", "tls"),
    ],
)
def test_security_follows_from_where_the_relay_is(host: str, port: int | None, where: str, security: str) -> None:
    made = Email(name="mail", host=host, port=port, sender="a@b.example")
    assert (made._where, made._secured) == (where, security)


def test_a_relay_whose_name_is_unknown_is_told(plain: Email) -> None:
    error = refused(replace(plain, host="nowhere.invalid", port=servers.free_port(), security="none"))
    assert "nowhere.invalid" in str(error)
    assert not error.permanent
