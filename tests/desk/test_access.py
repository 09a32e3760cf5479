"""Who may open what: a rule for every address, and what an account of the front line gets at each."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from tests.desk.cast import Stage, read

from lightship.core.roles import Act, Role
from lightship.desk import access
from lightship.desk.urls import urlpatterns
from lightship.store.models import Staffer

NAMES = [str(pattern.name) for pattern in urlpatterns]
OPEN = {"healthz": 200, "sign-in": 302, "sign-in-link": 410, "sign-out": 302, "password": 200, "report": 404}
"""What needs no right, and what the front line is answered there."""
REPORTING = {"front-line-pages": 302, "front-line": 200}
LED_ELSEWHERE = {"home": 302, "page": 302}


@pytest.fixture
def dora(stage: Stage) -> User:
    """Of support."""
    dora = User.objects.create(username="dora")
    Staffer.objects.create(user=dora, role=Role.FRONT_LINE)
    return dora


def address(name: str) -> str:
    samples = {"slug": "acme", "id": "abcdefghijkl", "uid": "MQ", "token": "x", "pk": 1}
    pattern = next(pattern for pattern in urlpatterns if pattern.name == name)
    wanted = pattern.pattern.converters
    return reverse(name, kwargs={key: samples[key] for key in wanted})


@pytest.mark.parametrize("name", NAMES)
def test_every_address_has_a_rule(name: str) -> None:
    assert name in access.RULES, f"say in desk/access.py who may open {name}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_front_line_gets_no_further_than_its_own_views(stage: Stage, dora: User, name: str, method: str) -> None:
    before = stage.page.revision
    response = getattr(stage.signed_in(dora), method)(address(name))
    stage.page.refresh_from_db()
    assert stage.page.revision == before
    if name in LED_ELSEWHERE and method == "get":
        assert "front-line" in response["Location"]
    elif name in OPEN or name in REPORTING:
        assert response.status_code != 403
        if method == "get":
            assert response.status_code == (OPEN | REPORTING)[name]
    else:
        assert response.status_code == 403
        assert "This is for writers" in read(response).text


def test_who_does_not_sign_in_is_asked_to_everywhere_but_where_it_is_said(stage: Stage) -> None:
    for name in set(NAMES) - set(OPEN):
        response = Client().get(address(name))
        assert response.status_code == 302, name
        assert response["Location"].startswith("/sign-in/"), name


def test_a_writer_is_refused_nowhere(stage: Stage) -> None:
    client = stage.signed_in()
    assert {client.get(address(name)).status_code for name in NAMES if name != "sign-out"} <= {200, 302, 404, 410}


def test_a_role_of_a_newer_version_may_do_no_more_than_report(stage: Stage) -> None:
    Staffer.objects.create(user=stage.bob, role="auditor")
    assert stage.signed_in(stage.bob).get("/p/acme/settings/").status_code == 403


def test_an_address_without_a_rule_needs_a_writer() -> None:
    assert access.RULES.get("something new", Act.WRITE) is Act.WRITE
