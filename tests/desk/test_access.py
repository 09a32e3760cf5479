"""Who may open what: a rule for every address, and what an account of the front line gets at each."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse
from tests.desk.cast import Stage, read

from lightship.core.roles import Act, Role
from lightship.desk import access
from lightship.desk.urls import urlpatterns
from lightship.store.models import Staffer

OPEN = {"healthz": 200, "sign-in": 302, "sign-in-link": 410, "sign-out": 302, "password": 200, "report": 404, "go": 410}
"""What needs no right, and what the front line is answered there."""
REPORTING = {"front-line-pages", "front-line", "kit", "incident-kit"}
LED_ELSEWHERE = {"home", "page"}
SAMPLES = {"slug": "acme", "id": "abcdefghijkl", "uid": "MQ", "token": "x", "pk": 1, "kind": "json"}
PATTERNS = [pytest.param(pattern, id=str(pattern.name)) for pattern in urlpatterns]


@pytest.fixture
def dora(stage: Stage) -> User:
    """Of support."""
    dora = User.objects.create(username="dora")
    Staffer.objects.create(user=dora, role=Role.FRONT_LINE)
    return dora


def address(pattern: URLPattern) -> str:
    kwargs = {name: SAMPLES[name] for name in pattern.pattern.converters}
    return reverse(str(pattern.name), kwargs=kwargs)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_address_has_a_rule(pattern: URLPattern) -> None:
    assert pattern.name in access.RULES, f"say in desk/access.py who may open {pattern.name}"


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_front_line_gets_no_further_than_its_own_views(stage: Stage, dora: User, pattern: URLPattern, method: str) -> None:
    before, name = stage.page.revision, str(pattern.name)
    response = getattr(stage.signed_in(dora), method)(address(pattern))
    stage.page.refresh_from_db()
    assert stage.page.revision == before
    if name in LED_ELSEWHERE and method == "get":
        assert "front-line" in response["Location"]
    elif name in OPEN and method == "get":
        assert response.status_code == OPEN[name]
    elif name in OPEN or name in REPORTING:
        assert response.status_code != 403
    else:
        assert response.status_code == 403
        assert "This is for writers" in read(response).text


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern.id not in OPEN])
def test_who_is_not_signed_in_is_asked_to(stage: Stage, pattern: URLPattern) -> None:
    response = Client().get(address(pattern))
    assert response.status_code in (302, 405)
    assert response.status_code == 405 or response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_writer_is_refused_nowhere(stage: Stage, pattern: URLPattern) -> None:
    assert stage.signed_in().get(address(pattern)).status_code != 403


def test_a_role_of_a_newer_version_may_do_no_more_than_report(stage: Stage) -> None:
    Staffer.objects.create(user=stage.bob, role="auditor")
    assert stage.signed_in(stage.bob).get("/p/acme/settings/").status_code == 403


def test_an_address_without_a_rule_needs_a_writer() -> None:
    assert access.RULES.get("something new", Act.WRITE) is Act.WRITE
