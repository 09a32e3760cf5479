"""Which of a text's times says when it began, when it ended, when it will be over, and when the next update comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lightship.core.clarity.structure import Sentence, Time, When

NEAR = 15
"""Words between a time and what happened then."""


@dataclass(slots=True)
class Times:
    """What a text's times say, as words of it; empty: it does not. `vague`: an update is promised without a time. `zoneless`:
    clock times without a zone, of a text that names none at all."""

    start: str = ""
    end: str = ""
    estimate: str = ""
    next: str = ""
    vague: str = ""
    zoneless: str = ""


def times(text: Sequence[Sentence]) -> Times:
    result = Times()
    for sentence in text:
        _promise(sentence, result)
        if sentence.times and not _is_promise(sentence):
            _past_and_future(sentence, result)
    clocks = [(sentence, time) for sentence in text for time in sentence.times if time.kind is When.CLOCK]
    if clocks and not any(time.zone for _, time in clocks) and not any(sentence.has("zone") for sentence in text):
        result.zoneless = ", ".join(dict.fromkeys(sentence.text(time.start, time.stop) for sentence, time in clocks[:3]))
    return result


def _is_promise(sentence: Sentence) -> bool:
    """Whether the sentence speaks of the next update."""
    if sentence.has("no update"):
        return False
    if sentence.has("inform") or sentence.follows("update", "in", 0) or sentence.follows("update", "by", 0):
        return True
    if not sentence.has("update"):
        return False
    if sentence.follows("promise", "update", 5) or sentence.follows("update", "promise", 3):
        return True
    announced = any(not sentence.covers(start - 1, "pronoun") for start, _ in sentence.places("update"))
    return announced and sentence.follows("update", "soon", 4)


def _promise(sentence: Sentence, result: Times) -> None:
    if not _is_promise(sentence):
        return
    promised = [time for time in sentence.times if time.kind is not When.SPAN or _ahead(sentence, time)]
    if promised:
        result.next = result.next or sentence.text(promised[0].start, promised[-1].stop)
    else:
        result.vague = result.vague or sentence.quote("soon", "inform", "update")


def _ahead(sentence: Sentence, time: Time) -> bool:
    """Whether the span counts from now on: "in 45 minutes", "every hour"; not "10 minutes ago"."""
    return not any(start == time.stop for start, _ in sentence.places("ago"))


def _past_and_future(sentence: Sentence, result: Times) -> None:
    points = [time for time in sentence.times if time.kind is not When.SPAN]
    spans = [time for time in sentence.times if time.kind is When.SPAN]
    for time in spans:
        if not _ahead(sentence, time):
            result.start = result.start or sentence.text(time.start, time.stop + 1)
    if sentence.has("estimate") and not _ranged(sentence, points):
        ahead = [time for time in sentence.times if _after(sentence, "estimate", time)]
        if ahead:
            result.estimate = result.estimate or sentence.text(ahead[0].start, ahead[0].stop)
            points = [time for time in points if time not in ahead]
    if points:
        _began_and_ended(sentence, points, result)


def _ahead_of(sentence: Sentence, index: int) -> bool:
    """Whether what the word tells is still to come: "will be resolved", "to restore"."""
    return any(sentence.covers(index - step, "promise", "intention") for step in (1, 2, 3))


def _after(sentence: Sentence, name: str, time: Time, gap: int = 14) -> bool:
    return any(0 <= time.start - stop <= gap for _, stop in sentence.places(name)) or any(
        start < time.stop and stop > time.start for start, stop in sentence.places(name)
    )


def _ranged(sentence: Sentence, points: Sequence[Time]) -> bool:
    """Whether two clock times make a window: "16:02-16:39", "between 5 and 6 pm", "from 8:00 to 9:30"."""
    clocks = [time for time in points if time.kind is When.CLOCK]
    for first, second in pairwise(clocks):
        between = range(first.stop, second.start)
        if any(sentence.low[index] in "-–—" for index in between):
            return True
        if len(between) < 10 and _after(sentence, "range", first, 6):
            return True
    return False


def _began_and_ended(sentence: Sentence, points: Sequence[Time], result: Times) -> None:
    first, last = points[0], points[-1]
    if _ranged(sentence, points):
        result.start = result.start or sentence.text(first.start, first.stop)
        result.end = result.end or sentence.text(last.start, last.stop)
        return
    if first.stamp and len([time for time in points if time.kind is When.CLOCK]) <= 1:
        if any(not _ahead_of(sentence, start) for start, _ in sentence.places("end")):
            result.end = result.end or sentence.text(first.start, first.stop)
        return
    began = [time for time in points if _after(sentence, "begin", time, 4)]
    ended = any(not _ahead_of(sentence, start) and start - last.stop <= NEAR for start, _ in sentence.places("end"))
    if began and sentence.follows("end", "begin", 0):
        began = []
    if began:
        result.start = result.start or sentence.text(began[0].start, began[0].stop)
        clocks = [time for time in points if time.kind is When.CLOCK]
        if ended and len(clocks) > 1:
            result.end = result.end or sentence.text(clocks[-1].start, clocks[-1].stop)
    elif ended:
        result.end = result.end or sentence.text(first.start, last.stop)
    elif any(time.firm for time in points) and sentence.has("symptom", "past harm") and not sentence.has("remedy", "estimate"):
        result.start = result.start or sentence.text(first.start, first.stop)
