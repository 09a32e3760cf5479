"""What the form's fields state. A field that is filled with words that say nothing states nothing."""

from dataclasses import dataclass, field

from lightship.core.clarity.pack import Pack
from lightship.core.clarity.structure import is_region, sentences
from lightship.core.clarity.verdict import GIVEN, NONE
from lightship.core.model import Facts

HOLLOW = ("generic", "weak symptom", "vague number", "function word", "vague action", "soon", "people", "everything")
IDLE = (*HOLLOW, "vague cause", "cause", "symptom")
"""The classes of words that say nothing as an answer to what is being done, or what caused it."""


@dataclass(slots=True)
class Given:
    """`stated`: facts that fields state. `hollow`: field -> the words in it that say nothing."""

    stated: dict[str, bool | str] = field(default_factory=dict)
    hollow: dict[str, str] = field(default_factory=dict)


def given(facts: Facts, components: tuple[str, ...], pack: Pack | None) -> Given:
    result = Given()
    if components:
        result.stated["affected"] = True
    for name, fact, classes in (
        ("symptom", "symptom", HOLLOW),
        ("scope", "scope", HOLLOW),
        ("numbers", "scope", ()),
        ("unaffected", "scope", ()),
        ("doing", "action", IDLE),
        ("cause", "cause", (*HOLLOW, "vague cause")),
    ):
        _read(result, facts, name, fact, classes, pack)
    for name, fact in (("since", "start_time"), ("ended", "end_time"), ("estimate", "eta")):
        if getattr(facts, name):
            result.stated[fact] = True
    if facts.next_update:
        result.stated["next_update"] = "time"
    if facts.no_workaround:
        result.stated["workaround"] = NONE
    elif facts.workaround.strip():
        _workaround(result, facts.workaround, pack)
    return result


def _read(result: Given, facts: Facts, name: str, fact: str, classes: tuple[str, ...], pack: Pack | None) -> None:
    text = getattr(facts, name).strip()
    if not text:
        return
    if pack is None or not classes or says_something(text, classes, pack, exact=fact == "scope"):
        result.stated[fact] = True
    else:
        result.hollow[name] = text


def _workaround(result: Given, text: str, pack: Pack | None) -> None:
    parts = sentences(text, pack)
    if pack and all(part.covers(0, "none") for part in parts):
        result.stated["workaround"] = NONE
    elif pack and all(part.has("no help") for part in parts):
        result.hollow["workaround"] = text
    else:
        result.stated["workaround"] = GIVEN


def says_something(text: str, classes: tuple[str, ...], pack: Pack, *, exact: bool = False) -> bool:
    """Whether any word of it is outside these classes. `exact`: "all", a number and a region say something, too."""
    for part in sentences(text, pack):
        if exact and (part.has("exact number", "place", "platform") or "number" in part.kinds):
            return True
        for index, kind in enumerate(part.kinds):
            if kind in ("url", "clock") or (kind == "word" and not part.covers(index, *classes)):
                return True
            if is_region(part.raw[index]):
                return True
    return False
