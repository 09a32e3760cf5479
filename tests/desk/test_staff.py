"""Accounts: Alice adds a colleague, who comes in by a link; nobody locks themselves out."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from tests.desk.cast import Stage, read

from lightship.core.roles import Role
from lightship.desk.access import role_of
from lightship.store.models import Staffer


def link_in(response: object) -> str:
    found = re.search(r"/sign-in/link/[\w-]+/[\w-]+/", response.content.decode())  # type: ignore[attr-defined]
    assert found
    return found[0]


def test_a_colleague_is_added_and_comes_in_by_the_link(client: Client) -> None:
    made = client.post("/staff/", {"username": "dora", "first_name": "Dora", "role": "front_line"}, follow=True)
    link, support = link_in(made), Client()
    assert link not in client.get("/staff/").content.decode(), "shown once"
    landed = support.post(link, follow=True)
    assert landed.redirect_chain[-1][0] == "/p/acme/front-line/"
    assert Client().post(link).status_code == 410, "good for one use"


def test_a_role_holds_at_once_in_sessions_that_are_open(stage: Stage, client: Client) -> None:
    bob = stage.signed_in(stage.bob)
    assert bob.get("/p/acme/settings/").status_code == 200
    client.post(f"/staff/{stage.bob.pk}/", {"do": "role", "role": "front_line"})
    assert bob.get("/p/acme/settings/").status_code == 403
    client.post(f"/staff/{stage.bob.pk}/", {"do": "role", "role": "writer"})
    assert bob.get("/p/acme/settings/").status_code == 200


def test_a_deactivated_colleague_is_out_at_once(stage: Stage, client: Client) -> None:
    bob = stage.signed_in(stage.bob)
    client.post(f"/staff/{stage.bob.pk}/", {"do": "deactivate", "role": "writer"})
    assert bob.get("/p/acme/")["Location"].startswith("/sign-in/")
    client.post(f"/staff/{stage.bob.pk}/", {"do": "activate"})
    assert User.objects.get(username="bob").is_active


@pytest.mark.parametrize("do", ["role", "deactivate", "link"])
def test_nobody_changes_their_own_account_or_an_operators(stage: Stage, client: Client, do: str) -> None:
    User.objects.filter(pk=stage.bob.pk).update(is_superuser=True)
    for user, reason in ((stage.alice, "your own account"), (stage.bob, "operator")):
        refused = client.post(f"/staff/{user.pk}/", {"do": do, "role": "front_line"}, follow=True)
        assert reason in read(refused).text
        user.refresh_from_db()
        assert (user.is_active, role_of(user)) == (True, Role.WRITER)
        assert "sign-in/link" not in refused.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"username": "alice"}, "already"),
        ({"username": "ALICE"}, "already"),
        ({"username": "dora smith"}, "letters, digits"),
        ({"username": "dora", "email": "nowhere"}, "valid email"),
        ({"username": "dora", "role": "admin"}, "admin is not one"),
        ({"username": ""}, "required"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_the_reason(client: Client, fields: dict[str, str], message: str) -> None:
    refused = client.post("/staff/", {"role": "writer", **fields})
    assert refused.status_code == 422
    assert message in read(refused).text
    assert not Staffer.objects.exists()


def test_a_role_that_is_none_changes_nothing(stage: Stage, client: Client) -> None:
    answer = client.post(f"/staff/{stage.bob.pk}/", {"do": "role", "role": "emperor"}, follow=True)
    assert "Nothing was changed" in read(answer).text
    assert role_of(stage.bob) is Role.WRITER
