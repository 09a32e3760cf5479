"""Which facts a text states, as a stranger could repeat them, and the words that state them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lightship.core.clarity.pack import Pack
from lightship.core.clarity.structure import Sentence, counted, is_identifier, is_region
from lightship.core.clarity.verdict import ABSENT, GIVEN, NONE
from lightship.core.clarity.when import Times, times

MOST_TOUCHED = 20
"""Phrases of a sentence after which something affected is looked for."""
NO_NAME = ("function word", "generic", "symptom", "weak symptom", "people", "begin", "end", "action", "vague number")
"""Classes whose words may open a sentence, with a capital."""


@dataclass(slots=True)
class Reading:
    """What a text states: by fact, the words that state it. `workaround`: given, none_stated or absent."""

    stated: dict[str, str] = field(default_factory=dict)
    workaround: str = ABSENT
    times: Times = field(default_factory=Times)
    sentences: Sequence[Sentence] = ()


def read(text: Sequence[Sentence], pack: Pack | None, components: Sequence[str] = ()) -> Reading:
    """`components`: names of the page's; any of them in the text is something affected."""
    reading = Reading(times=times(text), sentences=text)
    names = {name: name.lower().split() for name in components}
    for sentence in text:
        for name, parts in names.items():
            if "affected" not in reading.stated and _holds(sentence.low, parts):
                reading.stated["affected"] = name
        if sentence.has("apology"):
            reading.stated.setdefault("apology", sentence.quote("apology"))
        advice = _workaround(sentence, reading)
        for fact, rule in RULES.items():
            if fact in reading.stated or (advice and fact in ("action", "cause", "symptom")):
                continue
            if quote := rule(sentence, pack):
                reading.stated[fact] = quote
    _finish(text, reading)
    return reading


def _holds(low: Sequence[str], name: Sequence[str]) -> bool:
    return bool(name) and any(low[at : at + len(name)] == name for at, word in enumerate(low) if word == name[0])


def _finish(text: Sequence[Sentence], reading: Reading) -> None:
    """What times say, and blame that is all there is."""
    for fact, quote in (("start_time", reading.times.start), ("end_time", reading.times.end), ("eta", reading.times.estimate)):
        if quote:
            reading.stated[fact] = quote
    names = ("blame",) if reading.stated.keys() & {"action", "symptom"} else ("blame", "others")
    if "action" not in reading.stated and (quote := next((q for sentence in text if (q := sentence.quote(*names))), "")):
        reading.stated["excuse"] = quote


def symptom(sentence: Sentence, pack: Pack | None) -> str:
    """Errors, slowness, what cannot be done; not an issue, a problem, a degradation."""
    for start, stop in sentence.places("symptom"):
        if not sentence.covers(start, "no symptom", "blame"):
            return sentence.text(max(0, start - 1), stop)
    return ""


def action(sentence: Sentence, pack: Pack | None) -> str:
    for_readers = sentence.has("no help") or sentence.follows("advise", "action", 12)
    return "" if for_readers else sentence.quote("action")


def cause(sentence: Sentence, pack: Pack | None) -> str:
    """A mechanism named after "due to", or a vendor named with its trouble."""
    for _, stop in sentence.places("cause"):
        for index in range(stop, min(stop + 7, len(sentence.low))):
            if sentence.low[index] == ",":
                break
            if sentence.kinds[index] in ("word", "url") and _names_cause(sentence, index):
                return sentence.text(stop - 1, index + 1)
    linked = next(
        (raw for raw, kind in zip(sentence.raw, sentence.kinds, strict=True) if kind == "url" and "status" in raw), ""
    )
    if linked and sentence.has("cause", "vendor"):
        return linked
    if sentence.has("mechanism"):
        return sentence.quote("mechanism")
    for start, stop in sentence.places("vendor"):
        if not _is_product_of(sentence, stop) and not sentence.covers(stop, "vendor noun") and sentence.has("vendor trouble"):
            return sentence.text(start, stop)
    return ""


def _names_cause(sentence: Sentence, index: int) -> bool:
    return not sentence.covers(index, "vague cause", "pronoun", "symptom", "end", "people", "function word", "one")


def _is_product_of(sentence: Sentence, stop: int) -> bool:
    """Whether a vendor's name goes on as a product's: "AWS Lambda"."""
    return (
        stop < len(sentence.raw)
        and sentence.raw[stop][:1].isupper()
        and not sentence.covers(stop, "weak symptom", "vendor noun")
    )


def progress(sentence: Sentence, pack: Pack | None) -> str:
    """Something named works again, or a number says how far it has come."""
    if sentence.has("drop") and any(counted(sentence, "thing", "people")):
        return sentence.quote("drop")
    if not sentence.has("progress") or sentence.follows("intention", "progress", 7):
        return ""
    if any(low.endswith("%") for low in sentence.low):
        return sentence.quote("progress")
    named = affected(sentence, pack) or (
        scope(sentence, pack) and sentence.has("region", "place", "thing", "people", "exact number")
    )
    if any(is_region(raw) for raw in sentence.raw):
        named = True
    return sentence.quote("progress") if named or _vendor_subject(sentence) else ""


def _vendor_subject(sentence: Sentence) -> bool:
    return any(start < 3 for start, _ in sentence.places("vendor"))


def scope(sentence: Sentence, pack: Pack | None) -> str:
    """Who, where and how many, as far as a stranger could count or find them."""
    for index in counted(sentence, "people", "thing"):
        return sentence.text(index, index + 2)
    for raw in sentence.raw:
        if is_region(raw):
            return raw
    if sentence.has("unaffected"):
        return sentence.quote("unaffected")
    for name in ("platform", "place"):
        for start, stop in sentence.places(name):
            if not sentence.covers(start, "zone"):
                return sentence.text(start, stop)
    return _group(sentence) or _named_region(sentence)


def _group(sentence: Sentence) -> str:
    """All, only or most of a group; a plan's customers; the users of one thing."""
    if sentence.has("apology"):
        return ""
    for start, stop in sentence.places("exact number"):
        for index in range(stop, min(stop + 4, len(sentence.low))):
            if sentence.covers(index, "end", "hit") or sentence.low[index] in ",()":
                break
            if sentence.covers(index, "people", "thing", "product"):
                return sentence.text(start, index + 1)
    for start, stop in sentence.places("plan"):
        near = range(stop, min(stop + 2, len(sentence.low)))
        if any(sentence.covers(index, "people", "plan noun") for index in near):
            return sentence.text(start, stop + 1)
    for _, stop in sentence.places("people", "thing"):
        if any(start == stop for start, _ in sentence.places("segment")):
            return sentence.text(stop - 1, stop + 2)
    return ""


def _named_region(sentence: Sentence) -> str:
    """A region with a name beside it: "the Phoenix facility", "Region North"."""
    for start, stop in sentence.places("region"):
        if sentence.covers(start, "zone"):
            continue
        if stop < len(sentence.kinds) and sentence.kinds[stop] == "number":
            return sentence.text(start, stop + 1)
        for index in (start - 1, start - 2, stop, stop + 1):
            if 0 <= index < len(sentence.raw) and _marks_place(sentence, index):
                return sentence.text(min(index, start), max(index + 1, stop))
        if sentence.covers(start - 1, "one"):
            return sentence.text(start - 1, stop)
    return ""


def _marks_place(sentence: Sentence, index: int) -> bool:
    raw = sentence.raw[index]
    shaped = (
        (raw[:1].isupper() and index > 0)
        or (len(raw) > 1 and raw.isupper())
        or (sentence.kinds[index] == "word" and any(map(str.isdigit, raw)))
    )
    return shaped and not sentence.covers(index, "ignore name", "weekday", "month", "zone", "unit")


def affected(sentence: Sentence, pack: Pack | None) -> str:
    """A product, feature, component, host or user action by name."""
    for index, raw in enumerate(sentence.raw):
        if sentence.kinds[index] != "word":
            continue
        if is_identifier(raw) and not _inside_cause(sentence, index):
            return raw
        if pack and pack.names and raw[:1].isupper() and _is_name(sentence, index):
            return raw
    for start, stop in sentence.places("product"):
        if not _inside_cause(sentence, start):
            return sentence.text(start, stop)
    return _object(sentence)


def _is_name(sentence: Sentence, index: int) -> bool:
    """Whether a word with a capital is a name of something affected, rather than of a month, a place, a team or a culprit."""
    if sentence.covers(
        index, "ignore name", "weekday", "month", "zone", "place", "region", "plan", "am or pm", "unit", "platform"
    ):
        return False
    if is_region(sentence.raw[index]) or _inside_cause(sentence, index) or sentence.covers(index + 1, "region"):
        return False
    opening = index == 0 or (index < 3 and sentence.low[index - 1] in {":", "-", "–", "—", "/", "[", "("})
    following = index + 1
    while following < len(sentence.raw) and sentence.raw[following][:1].isupper():
        following += 1
    ahead = [following + step for step in range(3) if following + step < len(sentence.low)]
    actor = any(sentence.covers(place, "claims") for place in ahead) and not _passive(sentence, following)
    if sentence.covers(index, "vendor"):
        return following > index + 1 and not sentence.covers(index + 1, "ignore name") and not actor
    if actor and index < 4:
        return False
    if not opening:
        return True
    if sentence.covers(index, *NO_NAME):
        return False
    return following > index + 1 or (bool(ahead) and sentence.covers(ahead[0], "state"))


def _passive(sentence: Sentence, at: int) -> bool:
    return any(sentence.low[place : place + 1] and sentence.covers(place, "passive") for place in range(at, at + 3))


def _inside_cause(sentence: Sentence, index: int) -> bool:
    return sentence.covers(index, "mechanism") or any(sentence.covers(index - step, "cause", "by whom") for step in range(1, 9))


def _object(sentence: Sentence) -> str:
    """What follows "affecting", "errors in", "unable to": the first word there that says something."""
    for _, stop in islice(sentence.places("touch"), MOST_TOUCHED):
        for index in range(stop, min(stop + 7, len(sentence.low))):
            if sentence.covers(index, "pronoun") or (sentence.kinds[index] != "word" and sentence.low[index] not in "-/"):
                break
            if not sentence.covers(
                index, "generic", "end", "vague number", "exact number", "unaffected", "place", "region", "plan"
            ):
                if is_region(sentence.raw[index]) or sentence.covers(
                    index, "weak symptom", "symptom", "people", "vendor", "soon"
                ):
                    continue
                return sentence.text(stop, index + 1)
    return ""


def _workaround(sentence: Sentence, reading: Reading) -> bool:
    """Notes advice, or that there is none; true where the sentence is advice to the reader."""
    if sentence.has("workaround"):
        none = sentence.has("none")
        if reading.workaround == ABSENT or not none:
            reading.workaround = NONE if none else GIVEN
            reading.stated["workaround"] = sentence.quote("workaround")
        return True
    if sentence.has("no help", "update") or _own_words(sentence):
        return False
    advised = sentence.follows("advise", "do", 4) or sentence.covers(0, "command")
    if advised:
        reading.workaround = GIVEN
        reading.stated["workaround"] = sentence.quote("advise", "do")
    return advised


def _own_words(sentence: Sentence) -> bool:
    """Whether the sentence tells of our own work: "we can use", "we will try to add"."""
    return any(start == 0 for start, _ in sentence.places("own")) and not sentence.has("advise")


RULES: dict[str, Callable[[Sentence, Pack | None], str]] = {
    "affected": affected,
    "symptom": symptom,
    "scope": scope,
    "action": action,
    "cause": cause,
    "progress": progress,
}
