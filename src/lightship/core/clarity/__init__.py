"""What a draft lacks: which facts its words state, whether it is vague, and what to ask its author. It never blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lightship.core.clarity import flags
from lightship.core.clarity.facts import Reading, read
from lightship.core.clarity.findings import Finding, lacking, shortened
from lightship.core.clarity.given import Given, given
from lightship.core.clarity.pack import Pack, find, guess
from lightship.core.clarity.structure import Sentence, sentences
from lightship.core.clarity.verdict import FLAGS, Verdict, missing, verdict
from lightship.core.model import Facts, Incident, Status
from lightship.core.updates import NO_FACTS

__all__ = ["Draft", "Finding", "Report", "Verdict", "check", "find", "guess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An update before it is posted. `components`: names of those that its author ticked; `all_components`: of the page.
    `working`: names of those that work now. `before`: the incident so far, with earlier updates and promises. `language`: of
    the text, as in "en". `now`: when it would be posted; without it nobody can say whether a promise has passed."""

    body: str
    status: Status
    facts: Facts = NO_FACTS
    components: tuple[str, ...] = ()
    all_components: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    before: Incident | None = None
    language: str = "en"
    now: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`facts`: by the keys of docs/reference/clarity.md; true, false, or a word for workaround and next_update."""

    verdict: Verdict
    facts: Mapping[str, bool | str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def check(draft: Draft) -> Report:
    """The same for the same draft, always; in time that grows with the text's length, which is capped."""
    pack = find(draft.language)
    text = sentences(draft.body, pack)
    reading = read(text, pack, draft.all_components)
    fields = given(draft.facts, draft.components, pack)
    facts = _facts(reading, fields)
    judged = verdict(facts, draft.status)
    if pack is None and judged is Verdict.VAGUE and text:
        judged = Verdict.ACCEPTABLE  # what nobody here can read, nobody can call vague
    return Report(verdict=judged, facts=facts, findings=tuple(_findings(draft, pack, reading, fields, facts)))


def _facts(reading: Reading, fields: Given) -> dict[str, bool | str]:
    """A field wins where it is given, else the text."""
    update = "time" if reading.times.next else "vague" if reading.times.vague else "absent"
    from_text = {key: key in reading.stated for key in FLAGS}
    return {**from_text, "workaround": reading.workaround, "next_update": update, **fields.stated}


def _findings(
    draft: Draft, pack: Pack | None, reading: Reading, fields: Given, facts: Mapping[str, bool | str]
) -> Iterator[Finding]:
    text = reading.sentences
    if not text and draft.facts == NO_FACTS:
        yield Finding("empty", "There is no text.", "What do customers see, and when will you speak next?", "symptom")
        return
    if pack is None:
        language = shortened(draft.language, 20)
        message = f"There are no words for the language “{language}”: only times, numbers and fields are checked."
        yield Finding("language", message)
    else:
        yield from lacking(missing(facts, draft.status), _weak(text, fields))
    yield from flags.repeated(text, draft.facts, draft.before, pack)
    yield from flags.lapsed(text, draft.before, draft.now) if pack else ()
    yield from flags.blame(reading, acts=bool(facts["action"]))
    yield from flags.promises(reading, timed=draft.facts.next_update is not None)
    yield from flags.zones(reading)
    yield from flags.everything(text, draft.working, draft.all_components)
    yield from flags.jargon(text, draft.all_components)
    yield from flags.too_long(draft.body)


_WEAK = {
    "affected": ("everything",),
    "symptom": ("weak symptom",),
    "scope": ("vague number",),
    "action": ("vague action",),
    "cause": ("vague cause said",),
    "next_update": ("soon",),
}


def _weak(text: Sequence[Sentence], fields: Given) -> dict[str, str]:
    """Fact -> the words that stand in its place, first those in its field."""
    names = {"doing": "action"}
    result = {fact: _first(text, classes) for fact, classes in _WEAK.items()}
    return result | {names.get(name, name): quote for name, quote in fields.hollow.items()}


def _first(text: Sequence[Sentence], classes: Sequence[str]) -> str:
    return next((quote for sentence in text if (quote := sentence.quote(*classes))), "")
