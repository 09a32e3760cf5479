"""Signing in: throttled, by password or by a link that works once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from tests.desk.cast import PASSWORD, Stage, read
from tests.django_settings import CONFIG

from lightship.desk.session import sign_in_link
from lightship.store.access import throttle
from lightship.store.models import Attempt
from lightship.store.settings import made


@pytest.fixture
def alice(stage: Stage) -> User:
    stage.alice.set_password(PASSWORD)
    stage.alice.save()
    return stage.alice


@pytest.mark.parametrize("who", ["alice", "alice@acme.test", " ALICE@acme.test "])
def test_alice_signs_in_by_name_or_address(alice: User, who: str) -> None:
    client = Client()
    assert client.post("/sign-in/", {"who": who, "password": PASSWORD})["Location"] == "/"
    assert client.get("/p/acme/").status_code == 200


def test_a_stranger_learns_nothing_of_who_has_an_account(alice: User) -> None:
    known = read(Client().post("/sign-in/", {"who": "alice", "password": "wrong"})).text
    unknown = read(Client().post("/sign-in/", {"who": "mallory", "password": "wrong"})).text
    assert "do not belong together" in known
    assert known == unknown


def test_after_five_failures_even_the_right_password_waits(alice: User) -> None:
    client = Client()
    for _ in range(5):
        client.post("/sign-in/", {"who": "alice", "password": "wrong"})
    refused = client.post("/sign-in/", {"who": "alice", "password": PASSWORD})
    assert refused.status_code == 429
    assert "Wait 15 min" in read(refused).text
    Attempt.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert client.post("/sign-in/", {"who": "alice", "password": PASSWORD}).status_code == 302


def test_one_address_cannot_try_many_accounts(alice: User) -> None:
    for number in range(20):
        Client().post("/sign-in/", {"who": f"user{number}", "password": "wrong"})
    assert Client().post("/sign-in/", {"who": "alice", "password": PASSWORD}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post("/sign-in/", {"who": "alice", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", ""])
def test_a_proxy_on_this_machine_names_the_address(alice: User, peer: str) -> None:
    behind = Client(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.7")
    behind.post("/sign-in/", {"who": "alice", "password": "wrong"})
    assert Attempt.objects.filter(who="address:198.51.100.7").exists()


@pytest.mark.parametrize("peer", ["8.8.8.8", "10.0.0.7", "192.168.1.2", "fd00::1"])
def test_nobody_else_is_believed_about_addresses(alice: User, peer: str) -> None:
    liar = Client(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="203.0.113.9")
    liar.post("/sign-in/", {"who": "alice", "password": "wrong"})
    assert Attempt.objects.get(who__startswith="address:").who == f"address:{peer}"


def wrong_from_everywhere(count: int) -> None:
    for number in range(count):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post("/sign-in/", {"who": "alice", "password": "wrong"})


def test_strangers_cannot_keep_alice_out(alice: User) -> None:
    wrong_from_everywhere(40)
    assert Client().post("/sign-in/", {"who": "alice", "password": PASSWORD}).status_code == 302


def test_an_account_has_a_limit_of_its_own_that_a_browser_it_knows_passes(alice: User) -> None:
    known = Client()
    known.post("/sign-in/", {"who": "alice", "password": PASSWORD})
    known.post("/sign-out/")
    wrong_from_everywhere(50)
    right = {"who": "alice@acme.test", "password": PASSWORD}
    assert Client().post("/sign-in/", right).status_code == 429
    forger = Client()
    forger.cookies["lightship_known"] = f"{alice.pk}:x:y"
    assert forger.post("/sign-in/", right).status_code == 429
    assert known.post("/sign-in/", right).status_code == 302


def test_a_browser_that_knows_one_account_is_a_stranger_to_others(stage: Stage, alice: User) -> None:
    known = Client()
    known.force_login(stage.bob)
    known.post(sign_in_link(stage.bob, ""))
    known.post("/sign-out/")
    wrong_from_everywhere(50)
    assert known.post("/sign-in/", {"who": "alice", "password": PASSWORD}).status_code == 429


def test_tries_made_at_the_same_moment_are_all_counted(alice: User) -> None:
    who, now = {"own": "own:x", "account": "account:x", "address": "address:x"}, timezone.now()
    # What others have committed after this try looked would be too late: each is noted before it counts.
    passed = [throttle.take(who, now, known=False) is None for _ in range(8)]
    assert passed == [True] * 5 + [False] * 3
    assert Attempt.objects.filter(who="own:x").count() == 5


def test_the_right_password_forgives_the_failures_before_it(alice: User) -> None:
    client = Client()
    for _ in range(2):
        for _ in range(4):
            client.post("/sign-in/", {"who": "alice", "password": "wrong"})
        assert client.post("/sign-in/", {"who": "alice", "password": PASSWORD}).status_code == 302
        client.post("/sign-out/")


def test_a_link_signs_in_once_and_a_scanner_does_not_use_it_up(stage: Stage) -> None:
    path = sign_in_link(stage.alice, "http://desk.test").removeprefix("http://desk.test")
    assert "Open the desk" in read(Client().get(path)).text
    assert "Open the desk" in read(Client().get(path)).text
    client = Client()
    assert client.post(path)["Location"] == "/"
    assert client.get("/p/acme/").status_code == 200
    again = Client().post(path)
    assert again.status_code == 410
    assert "no longer works" in read(again).text


@pytest.mark.parametrize("spoilt", ["zzz", "%F0", "OTk5"])
def test_a_spoilt_link_is_told_calmly(stage: Stage, spoilt: str) -> None:
    assert Client().get(f"/sign-in/link/{spoilt}/x-y/").status_code == 410


def test_a_link_ages(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from lightship.desk import session

    path = sign_in_link(stage.alice, "")
    later = session._OneTime._now  # patched: the generator of Django asks the clock itself
    monkeypatch.setattr(session._OneTime, "_now", lambda self: later(self) + timedelta(seconds=3601))
    assert Client().get(path).status_code == 410


def test_sign_out_is_a_post(client: Client) -> None:
    client.get("/sign-out/")
    assert client.get("/p/acme/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/p/acme/")["Location"].startswith("/sign-in/?next=")


def test_next_leads_only_into_the_desk(alice: User) -> None:
    inside = {"who": "alice", "password": PASSWORD, "next": "/p/acme/hosts/"}
    assert Client().post("/sign-in/", inside)["Location"] == "/p/acme/hosts/"
    outside = {**inside, "next": "https://evil.test/"}
    assert Client().post("/sign-in/", outside)["Location"] == "/"


def test_whoever_came_by_a_link_is_asked_to_set_a_password(stage: Stage) -> None:
    stage.alice.set_unusable_password()
    stage.alice.save()
    client = stage.signed_in()
    assert "Set a password" in read(client.get("/p/acme/")).text
    weak = client.post("/password/", {"new_password1": "password", "new_password2": "password"})
    assert "too short" in read(weak).text
    assert client.post("/password/", {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 302
    assert client.get("/p/acme/").status_code == 200
    stage.alice.refresh_from_db()
    assert stage.alice.check_password(PASSWORD)


def test_a_real_desk_keeps_passwords_at_djangos_full_price() -> None:
    """Those of tests are cheaper: tests/hashers.py."""
    assert made(CONFIG)["PASSWORD_HASHERS"][0] == "django.contrib.auth.hashers.ScryptPasswordHasher"
