"""An update's text, written from its facts: one or two short sentences a fact, plain English, nothing that was not given."""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from lightship.core.model import Facts, Status
from lightship.core.rules import Refused

TEMPLATE_LIMIT = 2_000
NUMBERS_SHOWN = 6
_TIMES = ("since", "estimate", "next_update", "ended")
_FIELD = re.compile(r"\{([a-z_]{1,20})\}")
_BRACE = re.compile(r"\{[^{}\n]{0,60}\}?|\}")
_SENTENCE = re.compile(r"[.!?](?=\s|$)")
_ENDS = (".", "!", "?", "…", ":", ")")
# A number with its unit or noun. Times of day, dates and versions are no quantities.
_NUMBER = re.compile(r"(?<![\w.:,-])(\d[\d,.]{0,15})(?: ?(%)| ([A-Za-z][A-Za-z-]{1,30}))?(?![\d:-])")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?|\d{4}-\d{2}-\d{2}|\b(?:19|20)\d{2}\b")
_TIME_WORDS = {"utc", "gmt", "cet", "cest", "am", "pm", "h"} | {
    month for name in calendar.month_name[1:] for month in (name.lower(), name[:3].lower())
}
_NO_NOUN = re.compile(
    r"an?|again|and|are|as|at|be|but|by|for|from|has|have|in|is|of|on|or|since|so|than|that|the|to|was|were|with"
)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|can|cannot|do|does|did|will|must)\b")
_NONE = {"no", "none", "no.", "none.", "nothing", "nothing."}

_AT_FIRST = ("symptom", "components", "scope", "unaffected", "since", "cause", "doing", "workaround", "estimate", "next_update")
_KNOWN = ("symptom", "components", "scope", "unaffected", "cause", "doing", "workaround", "estimate", "next_update")
_OVER = ("components", "ended", "symptom", "scope", "cause", "doing", "prevention", "data_lost", "workaround")
_ORDER = {
    Status.INVESTIGATING: _AT_FIRST,
    Status.IDENTIFIED: _KNOWN,
    Status.MONITORING: _KNOWN,
    Status.RESOLVED: _OVER,
    Status.POSTMORTEM: ("cause", "doing", "prevention", "data_lost", "scope", "ended"),
}
_PLANNED = ("symptom", "scope", "unaffected", "doing", "workaround", "cause", "ended", "next_update")
FIELDS = (
    "components", "symptom", "scope", "numbers", "unaffected", "since", "doing", "workaround", "estimate", "next_update",
    "ended", "cause", "prevention", "data_lost",
)  # fmt: skip
"""The names that a template may use."""


def compose(facts: Facts, status: Status, components: Sequence[str], template: str = "", *, now: datetime | None = None) -> str:
    """The text of an update in this status. `components`: names of those that it is about. `template`: sentences with fields,
    such as `Since {since}, {symptom}.`; one with a field of which nothing is stated is left out. Times are in UTC; a day is
    named where `now`, or another time in the text, does not share it. Empty where nothing is stated."""
    values = _values(facts, components, now)
    if template.strip():
        return _filled(template, values)
    over = status in (Status.RESOLVED, Status.COMPLETED, Status.POSTMORTEM)
    sentences = _Sentences(facts, values, over=over)
    return " ".join(filter(None, (sentences.of(name) for name in _ORDER.get(status, _PLANNED))))


def check_template(template: str) -> None:
    """Refused, where it has a field that there is not."""
    if len(template) > TEMPLATE_LIMIT:
        raise Refused(f"The template has {len(template):,} characters; {TEMPLATE_LIMIT:,} are the most.")
    for match in _BRACE.finditer(template):
        name = match[0].strip("{}").strip()
        if not _FIELD.fullmatch(match[0]) or name not in FIELDS:
            near = get_close_matches(name, FIELDS, 1)
            meant = f"Did you mean {{{near[0]}}}?" if near else f"There is {', '.join(f'{{{field}}}' for field in FIELDS)}."
            raise Refused(f"The template has {match[0]}, which is no fact. {meant}")


def retimed(body: str, before: datetime, after: datetime, now: datetime | None = None) -> str:
    """A text that its author changed by hand, with the time of the next update as it was when the text was written replaced by
    the one that is promised in the end."""
    return body.replace(clock(before, [before], now), clock(after, [after], now))


def numbers_of(text: str) -> tuple[str, ...]:
    """The quantities in an update, as it has them ("4,000 mailboxes", "12 %"): of each, its next one says what has changed."""
    quantities: dict[str, None] = {}
    for match in _NUMBER.finditer(_CLOCK.sub(" ; ", text)):
        number, percent, noun = match[1].rstrip(".,"), match[2], match[3]
        if number.count(".") > 1 or (noun and noun.lower() in _TIME_WORDS):
            continue  # an address, a date
        ended = match[1] != number  # the word behind it begins another sentence, or another part of this one
        noun = None if ended or (noun and _NO_NOUN.fullmatch(noun.lower())) else noun
        quantities[f"{number} %" if percent else f"{number} {noun}" if noun else number] = None
    return tuple(quantities)[:NUMBERS_SHOWN]


def clock(at: datetime, beside: Sequence[datetime], now: datetime | None) -> str:
    """`14:30 UTC`, or `28 Nov, 14:30 UTC` where now, or a time beside it, is of another day."""
    days = {other.astimezone(UTC).date() for other in (*beside, at, *([now] if now else []))}
    at = at.astimezone(UTC)
    return f"{at:%H:%M} UTC" if len(days) == 1 else f"{at.day} {at:%b}, {at:%H:%M} UTC"


def _values(facts: Facts, components: Sequence[str], now: datetime | None) -> dict[str, str]:
    """Each fact as a phrase, by the name of its field; empty where nothing is stated."""
    times = [at for name in _TIMES if (at := getattr(facts, name))]
    values = {name: " ".join(getattr(facts, name, "").split()) for name in FIELDS if name not in ("components", *_TIMES)}
    values |= {name: clock(at, [] if now else times, now) if (at := getattr(facts, name)) else "" for name in _TIMES}
    values["components"] = listed(components)
    if facts.no_workaround and not values["workaround"]:
        values["workaround"] = "none yet"
    if facts.no_estimate and not values["estimate"]:
        values["estimate"] = "no estimate yet"
    return values


def listed(names: Sequence[str]) -> str:
    """`A, B and C`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


class _Sentences:
    """The sentence of each fact. `over`: it speaks of what has ended."""

    def __init__(self, facts: Facts, values: dict[str, str], *, over: bool) -> None:
        self.facts, self.values, self.over = facts, values, over
        self.own: dict[str, Callable[[], str]] = {
            "components": self._components,
            "scope": self._scope,
            "since": lambda: self._time("since", "It began at {}."),
            "estimate": self._estimate,
            "workaround": self._workaround,
            "next_update": lambda: self._time("next_update", "Next update by {}."),
            "ended": self._ended,
            "data_lost": self._data_lost,
        }
        self.labels = {
            "symptom": "What customers saw" if over else "",
            "unaffected": "Not affected",
            "cause": "Cause",
            "doing": "What we did" if over else "What we are doing now",
            "prevention": "So that it does not happen again",
        }

    def of(self, name: str) -> str:
        return self.own[name]() if name in self.own else labelled(self.labels[name], self.values[name])

    def _time(self, name: str, shape: str) -> str:
        return shape.format(self.values[name]) if self.values[name] else ""

    def _components(self) -> str:
        names = self.values["components"]
        if not names:
            return ""
        if self.over:
            return f"Over for {names}."
        # A symptom that names them all has said it.
        stated = self.facts.symptom.casefold()
        parts = re.split(", | and ", names.casefold())
        if all(part in stated for part in parts):
            return ""
        return f"Affected: {names}."

    def _scope(self) -> str:
        scope, numbers = self.values["scope"], self.values["numbers"]
        label = "Who was affected" if self.over else "Who is affected"
        if scope and numbers and not scope.endswith(_ENDS) and not numbers.endswith(_ENDS):
            return f"{label}: {scope} ({numbers})."
        return " ".join(filter(None, [labelled(label, scope), labelled("How many", numbers)]))

    def _estimate(self) -> str:
        if self.facts.estimate:
            return f"We expect it to work again by {self.values['estimate']}."
        return "We cannot say yet when it will work again." if self.facts.no_estimate else ""

    def _workaround(self) -> str:
        if self.facts.workaround:
            return "" if self.over else labelled("What you can do meanwhile", self.values["workaround"])
        return "There is no workaround yet." if self.facts.no_workaround and not self.over else ""

    def _ended(self) -> str:
        if self.facts.since and self.facts.ended:
            return f"It lasted from {self.values['since']} to {self.values['ended']}."
        return self._time("ended", "It ended at {}.") or self._time("since", "It began at {}.")

    def _data_lost(self) -> str:
        text = self.values["data_lost"]
        return "No data was lost." if text.casefold() in _NONE else labelled("Data", text)


def labelled(label: str, text: str) -> str:
    """`Label: text.`; a text that is a sentence of its own, as far as that can be told, stands for itself."""
    if not text:
        return ""
    if not label or (text[:1].isupper() and text.endswith(_ENDS[:3]) and _VERB.search(text)):
        return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(_ENDS[:4]) else '.'}"
    return f"{label}: {text}{'' if text.endswith(_ENDS[:4]) else '.'}"


def _filled(template: str, values: dict[str, str]) -> str:
    lines = []
    for line in template.splitlines():
        own = [filled for sentence in _sentences(line) if (filled := _sentence(sentence, values))]
        if own or not line.strip():
            lines.append(" ".join(own))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _sentences(line: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE.finditer(line):
        yield line[start : match.end()].strip()
        start = match.end()
    yield line[start:].strip()


def _sentence(template: str, values: dict[str, str]) -> str:
    """Empty where a field has no value."""
    if any(not values.get(name) for name in _FIELD.findall(template)):
        return ""
    text = _FIELD.sub(lambda match: values[match[1]], template)
    # "Sign-in fails.": the template's own full stop comes on top.
    text = re.sub(r"([.!?])[.!?]$", r"\1", text)
    return f"{text[:1].upper()}{text[1:]}"
