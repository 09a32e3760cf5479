"""What every language writes alike: sentences, times, numbers, names. Each pattern takes time in proportion to the text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from lightship.core.clarity.pack import Pack

LONGEST = 6_000
"""Characters of a draft that are read."""

MOST_SENTENCES, MOST_TIMES = 100, 20
"""Of a draft; of a sentence."""

_TOKEN = re.compile(
    r"""(?P<url>https?://[^\s<>()\[\]"']{1,2000})
    |(?P<date>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?!\d))
    |(?P<clock>\d{1,2}:\d\d(?::\d\d)?(?!\d))
    |(?P<number>\d[\d.,]{0,20}(?<=\d)[ \u00a0\u202f]?(?:%|per\ ?cent)|\d[\d.,]{0,20}(?<=\d)|\d)
    |(?P<word>[^\W\d_](?:[\w'’]|[.\-](?=\w)){0,80})
    |(?P<line>\n)
    |(?P<end>[.!?…;]+(?=\s|$|["'”»)*_]|[A-ZÄÖÜ]))
    |(?P<mark>[-–—:,/()\[\]&+*|>"“”„])""",
    re.VERBOSE,
)
_SITE = re.compile(r"^\w[\w.-]*\.(?:com|org|net|io|ai|dev|app|edu|gov|cloud|co|page|de|at|ch|eu|uk|fr|us)$", re.ASCII)
_REGION = re.compile(
    r"^(?:[a-z]{2,12}-(?:gov-|iso-)?(?:north|south)?(?:north|south|east|west|central)(?:-?\d{1,2}[a-z]?)?"
    r"|[a-z]{3}\d{1,2}|(?:north|south|east|west|central)-?\d{1,2}|(?:us|eu|ap|uk|na|sa|me|af)-?\d{1,2})$"
)
_CODE = re.compile(r"^[a-zäöü]+[A-Z]\w*$|^[A-Z][a-z]+[A-Z]\w*$|^\w+-\w+-\d+$|^\w+_\w+$")


class When(StrEnum):
    CLOCK = "clock"
    DATE = "date"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Time:
    """A time that the text names, from one word to another. `zone`: whether it says which zone. `stamp`: it stands alone before
    a line, as in a log. `firm`: it has a figure, as "today" has not."""

    kind: When
    start: int
    stop: int
    zone: bool = False
    stamp: bool = False
    firm: bool = True


@dataclass(slots=True)
class Sentence:
    """Parallel lists: words as written, in small letters, their stems, their kinds (as in the pattern above), and
    the classes of the phrases over them. `marks`: where the phrases of a class stand."""

    raw: list[str] = field(default_factory=list)
    low: list[str] = field(default_factory=list)
    stems: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    marks: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)
    classes: list[set[str]] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    opens_line: bool = False

    def has(self, *names: str) -> bool:
        return not self.marks.keys().isdisjoint(names)

    def places(self, *names: str) -> Iterator[tuple[int, int]]:
        for name in names:
            yield from self.marks.get(name, ())

    def covers(self, index: int, *names: str) -> bool:
        """Whether a phrase of these classes stands over the word."""
        return 0 <= index < len(self.classes) and not self.classes[index].isdisjoint(names)

    def follows(self, first: str, second: str, gap: int) -> bool:
        """Whether a phrase of the second class comes after one of the first, with at most `gap` words between."""
        starts = {start for start, _ in self.places(second)}
        return any(stop + step in starts for _, stop in self.places(first) for step in range(gap + 1))

    def quote(self, *names: str) -> str:
        """The first words of these classes, as written."""
        place = min(self.places(*names), default=None)
        return self.text(*place) if place else ""

    def text(self, start: int, stop: int) -> str:
        return " ".join(dict.fromkeys(filter(None, self.raw[start:stop])))


def sentences(text: str, pack: Pack | None) -> list[Sentence]:
    """The sentences of a text, each with its words marked and its times read."""
    result, current = [], Sentence(opens_line=True)
    for match in _TOKEN.finditer(text[:LONGEST]):
        kind, raw = match.lastgroup or "", match[0]
        if kind == "line" or (
            kind == "end" and not _abbreviates(current, raw, text[match.end() : match.end() + 2].strip()[:1], pack)
        ):
            if current.low:
                result.append(current)
                current = Sentence(opens_line=kind == "line")
            current.opens_line = current.opens_line or kind == "line"
            if len(result) == MOST_SENTENCES:
                break
            continue
        if kind != "end" and raw not in '*|>"“”„':
            _add(current, kind, raw, pack)
    if current.low and len(result) < MOST_SENTENCES:
        result.append(current)
    for sentence in result:
        if pack:
            sentence.marks, sentence.classes = pack.marks(sentence.low, sentence.stems)
        sentence.times = list(islice(_times(sentence), MOST_TIMES))
    return result


def _abbreviates(sentence: Sentence, raw: str, following: str, pack: Pack | None) -> bool:
    """Whether this dot ends no sentence: "11 a.m. we", "approx. 5", "3. Juli"."""
    if raw != "." or not sentence.low:
        return False
    if sentence.kinds[-1] == "number":
        return len(sentence.low[-1]) <= 2 and following.isalpha()
    return bool(pack and sentence.low[-1] in pack.abbreviations) and not following.isupper()


def _add(sentence: Sentence, kind: str, raw: str, pack: Pack | None) -> None:
    low = raw.lower().replace("’", "'")
    if kind == "word" and pack and "'" in low:
        for ending, replacement in pack.contractions.items():
            if low.endswith(ending):
                whole = [*filter(None, [low.removesuffix(ending)]), *replacement.split()]
                for index, word in enumerate(whole):
                    _append(sentence, kind, "" if index else raw, word, pack)
                return
    _append(sentence, kind, raw, low, pack)


def _append(sentence: Sentence, kind: str, raw: str, low: str, pack: Pack | None) -> None:
    sentence.raw.append(raw)
    sentence.low.append(low)
    sentence.stems.append(pack.stems(low) if pack and kind == "word" else low)
    sentence.kinds.append(kind)


def _times(sentence: Sentence) -> Iterator[Time]:
    """The times of a sentence, in order."""
    if not sentence.has("weekday", "one") and {"clock", "date", "number"}.isdisjoint(sentence.kinds):
        return
    at, count = 0, len(sentence.low)
    marked = {name: dict(sentence.marks.get(name, ())) for name in ("am or pm", "unit", "month", "weekday", "zone", "one")}
    while at < count:
        kind, stop = _time_at(sentence, at, marked)
        if not kind:
            at += 1
            continue
        zone = sentence.low[stop - 1].endswith("z") or (sentence.kinds[at] == "date" and "+" in sentence.low[at])
        zone = zone or (stop < count and (stop in marked["zone"] or sentence.low[stop] in ("z", "utc", "gmt")))
        zone = zone or (stop + 1 < count and sentence.low[stop] in "+(" and (stop + 1) in marked["zone"])
        firm = any(character.isdigit() for word in sentence.low[at:stop] for character in word)
        yield Time(kind, at, stop, zone, _is_stamp(sentence, at, stop, marked["zone"]), firm)
        at = stop


def _time_at(sentence: Sentence, at: int, marked: Mapping[str, Mapping[int, int]]) -> tuple[When | None, int]:
    kind = sentence.kinds[at]
    after = at + 1
    if kind == "clock":
        return When.CLOCK, marked["am or pm"].get(after, after)
    if kind == "date":
        return When.CLOCK if ":" in sentence.low[at] else When.DATE, after
    numbered = "number" in sentence.kinds[max(0, at - 1) : at + 2]  # "may 5" is a date, "it may fail" is none
    if (at in marked["month"] and numbered) or at in marked["weekday"]:
        return When.DATE, after
    if kind != "number" and at not in marked["one"]:
        return None, at
    after = marked["one"].get(at, after)
    if after in marked["am or pm"] and kind == "number":
        return When.CLOCK, marked["am or pm"][after]
    if after in marked["unit"]:
        return When.SPAN, marked["unit"][after]
    return None, at


def _is_stamp(sentence: Sentence, start: int, stop: int, zones: Mapping[int, int]) -> bool:
    """Whether the time stands alone before a line, or before a colon or a dash that opens it."""
    if start > 1 or not sentence.opens_line or any(kind == "word" for kind in sentence.kinds[:start]):
        return False
    stop = zones.get(stop, stop)
    while stop < len(sentence.low) and sentence.kinds[stop] in ("clock", "date"):
        stop += 1
    following = sentence.low[stop] if stop < len(sentence.low) else ":"
    ranged = stop + 1 < len(sentence.low) and sentence.kinds[stop + 1] in ("clock", "number", "date")
    return following in ":-–—" and not ranged


def is_region(raw: str) -> bool:
    """A place as providers write it: us-east-1, EU-WEST-2, LON1."""
    if raw.isupper() or "-" in raw:
        return bool(_REGION.match(raw.lower()))
    return False


def is_identifier(raw: str) -> bool:
    """A name by its shape alone: api.example.com, CreateCluster, text-large-003."""
    return not is_region(raw) and bool(_CODE.match(raw) or _SITE.match(raw.lower()))


def counted(sentence: Sentence, *names: str) -> Iterator[int]:
    """Where a number counts something of these classes: "106 customers", "customers affected: 106"."""
    taken = {index for time in sentence.times for index in range(time.start, time.stop)}
    for index, kind in enumerate(sentence.kinds):
        if kind != "number" or index in taken:
            continue
        named_after = any(sentence.covers(index + step, *names) for step in (1, 2, 3))
        named_before = index > 1 and sentence.low[index - 1] == ":" and sentence.covers(index - 2, *names, "hit")
        if sentence.low[index].endswith(("%", "cent")) or named_after or named_before:
            yield index
