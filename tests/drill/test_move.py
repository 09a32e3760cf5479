"""Moving the canary on BIND, with a secondary that follows, or does not."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.doctor.lab import HOSTS, NAME, Lab
from tests.doctor.lab import lab as open_lab

from lightship import drill
from lightship.doctor.zone import CANARY
from lightship.drill.canary import DrillError, NotRehearsed

pytestmark = [pytest.mark.server("bind"), pytest.mark.server("knot"), pytest.mark.server("nginx")]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


def existing(lab: Lab) -> frozenset[str]:
    return lab.primary.zone("operator").read(NAME, [CANARY, ("@", "A")])[CANARY]


def test_it_moves_and_comes_back_at_every_name_server_and_is_gone_after(lab: Lab) -> None:
    seconds, words = drill.move(lab.page(), lab.environment())
    assert seconds < 5
    assert "from vienna to zurich" in words and "2 name servers say so" in words
    assert existing(lab) == frozenset()


def test_readers_are_led_where_they_were(lab: Lab) -> None:
    drill.move(lab.page(), lab.environment())
    assert lab.primary.zone("operator").read(NAME, [("@", "A")])["@", "A"] == {HOSTS["vienna"]}


def test_what_a_killed_drill_left_is_no_obstacle(lab: Lab) -> None:
    lab.primary.zone("operator").set_records(NAME, {CANARY: frozenset({"left behind"})}, expecting={})
    drill.move(lab.page(), lab.environment())
    assert existing(lab) == frozenset()


def test_a_secondary_that_does_not_follow_is_named(lab: Lab) -> None:
    lab.start_secondary(frozen=lab.primary.zone_file)
    try:
        with pytest.raises(DrillError, match=r"ns2.acmestatus.net \(127.84.1.53\) had not followed"):
            drill.move(lab.page(), lab.environment())
    finally:
        lab.repair()
    assert existing(lab) == frozenset()


def test_without_a_second_address_it_is_told_as_not_rehearsed(lab: Lab) -> None:
    page = lab.page()
    with pytest.raises(NotRehearsed, match="fewer than two hosts"):
        drill.move(replace(page, hosts=page.hosts[:1]), lab.environment())
