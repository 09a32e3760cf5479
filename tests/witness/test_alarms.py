"""What staff are told of a trouble that lasts, and what not."""

from lightship.witness.controller import Alarms


def test_a_trouble_is_told_once_it_lasts_and_again_after_an_hour_and_when_it_is_over() -> None:
    alarms, messages = Alarms(), []
    for second in range(0, 7300, 2):
        troubles = {"zone": "the zone: silent"} if second < 7000 else {}
        messages += [(second, message) for message in alarms.due(troubles, second)]
    assert messages == [(10, "the zone: silent"), (3610, "the zone: silent"), (7010, "over: zone")]


def test_of_a_silent_publisher_staff_are_told_once_and_once_more_when_it_is_over() -> None:
    alarms, messages = Alarms(), []
    for second in range(0, 90_000, 2):
        troubles = {"publisher": f"the pulse has stopped {second} s ago"} if second < 86_400 else {}
        messages += [(second, message) for message in alarms.due(troubles, second)]
    assert messages == [(10, "the pulse has stopped 10 s ago"), (86_410, "over: the page is kept fresh again")]


def test_what_flickers_is_one_trouble_and_what_passes_at_once_is_none() -> None:
    alarms, messages = Alarms(), []
    for second in range(0, 100, 2):
        messages += alarms.due({"clock": "off"} if second % 6 else {}, second)
    assert messages == ["off"]
    assert alarms.due({"zone": "x"}, 200) == []
    assert alarms.due({}, 211) == ["over: clock"]
    assert alarms.due({}, 222) == []
    assert alarms.due({"zone": "x"}, 230) == []
