"""Faults of a draft beyond the facts it lacks: repetition, blame, jargon, empty promises, times without a zone, and "all"."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from lightship.core.clarity.facts import Reading
from lightship.core.clarity.findings import Finding, shortened
from lightship.core.clarity.pack import Pack
from lightship.core.clarity.structure import LONGEST, Sentence, is_region, sentences
from lightship.core.duty.promises import last_spoken
from lightship.core.model import Facts, Incident
from lightship.core.status import promised

_INTERNAL = re.compile(
    r"^(?:[a-z]{2,12}\d{0,3}-(?:[a-z]{2,12}-){0,2}\d{1,4}|[A-Z]{2,8}-\d{2,7}|\w+_\w+|[\w-]+\.(?:internal|local|lan|corp|svc))$"
)


def repeated(body: Sequence[Sentence], facts: Facts, before: Incident | None, pack: Pack | None) -> Iterator[Finding]:
    """Nothing new in words since the last update of a person, but for times; and no field that changed."""
    if before is None or sum(len(sentence.low) for sentence in body) < 4:
        return
    last = last_spoken(before)
    if any(value and value != getattr(last.facts, name) for name, value in _said(facts)):
        return
    old = {stem for sentence in sentences(last.body, pack) for stem in sentence.stems}
    for sentence in body:
        dated = {index for time in sentence.times for index in range(time.start, time.stop)}
        for index, stem in enumerate(sentence.stems):
            if index not in dated and stem not in old and sentence.kinds[index] in ("word", "number", "clock", "url"):
                return
    quote = shortened(body[0].text(0, len(body[0].raw)))
    message = f"“{quote}”: the last update, of {last.created_at:%H:%M} UTC, said the same."
    yield Finding(
        "repeated", message, "What changed since? If nothing did: what was tried, and what comes next?", "doing", quote
    )


def _said(facts: Facts) -> Iterator[tuple[str, object]]:
    for name in ("symptom", "scope", "numbers", "unaffected", "since", "doing", "workaround", "estimate", "ended", "cause"):
        yield name, getattr(facts, name)


def lapsed(text: Sequence[Sentence], before: Incident | None, now: datetime | None) -> Iterator[Finding]:
    due = promised(before) if before else None
    if due is None or now is None or due >= now or any(sentence.has("apology", "late") for sentence in text):
        return
    minutes = max(1, round((now - due).total_seconds() / 60))
    late = f"{minutes} minutes late" if minutes < 120 else f"{minutes // 60} hours late"
    message = f"An update was promised by {due:%H:%M} UTC, this one is {late}, and it does not say so."
    yield Finding("lapsed promise", message, "Say that it is late, in half a sentence.", "", f"{due:%H:%M} UTC")


def blame(reading: Reading, *, acts: bool) -> Iterator[Finding]:
    quote = "" if acts else reading.stated.get("excuse", "")
    if quote:
        message = f"“{quote}” speaks of others, and nothing says what you do yourselves."
        yield Finding("blame", message, "What do you do about it meanwhile?", "doing", quote)


def jargon(text: Sequence[Sentence], public: Sequence[str]) -> Iterator[Finding]:
    """`public`: names of the page's components, which readers know."""
    known = {word for name in public for word in name.lower().split()}
    trade = dict.fromkeys(
        sentence.text(start, stop)
        for sentence in text
        for start, stop in sentence.places("jargon")
        if not known & set(sentence.low[start:stop])
    )
    internal = dict.fromkeys(
        raw
        for sentence in text
        for raw, low in zip(sentence.raw, sentence.low, strict=True)
        if low not in known and _INTERNAL.match(raw) and not is_region(raw)
    )
    for kind, terms in (("jargon", trade), ("internal name", internal)):
        if terms:
            quote = ", ".join(list(terms)[:4])
            message = f"“{quote}”: words of the trade, which customers need not know."
            if kind == "internal name":
                message = f"“{quote}” looks like a name from inside the house."
            yield Finding(kind, message, "How would you say it to a customer on the phone?", "", quote)


def promises(reading: Reading, *, timed: bool) -> Iterator[Finding]:
    """A promise of news, or of the end, without a time. `timed`: the form promises a time."""
    times = reading.times
    quote = "" if times.next or timed else times.vague
    if not quote and not (times.next or timed or times.estimate):
        quote = next((s.quote("soon") for s in reading.sentences if s.has("soon") and s.has("promise", "estimate")), "")
    if quote:
        yield Finding("promise without a time", f"“{quote}” promises, and gives no time.", "By when?", "next_update", quote)


def zones(reading: Reading) -> Iterator[Finding]:
    if quote := reading.times.zoneless:
        yield Finding(
            "time without a zone", f"“{quote}”: in which time zone?", "Write it with its zone, as in 14:30 UTC.", "", quote
        )


def everything(text: Sequence[Sentence], working: Sequence[str], components: Sequence[str]) -> Iterator[Finding]:
    """ "All services are down" while half of the components work."""
    if not components or len(working) * 2 < len(components):
        return
    for sentence in text:
        if sentence.has("progress", "end", "unaffected") or not sentence.has("symptom", "weak symptom", "touch"):
            continue
        for start, stop in sentence.places("all of it"):
            quote = sentence.text(start, stop)
            message = f"“{quote}”, and {len(working)} of {len(components)} components work: {shortened(', '.join(working))}."
            yield Finding("not all", message, "Which ones are affected, and which are not?", "components", quote)
            return


def too_long(body: str) -> Iterator[Finding]:
    if len(body) > LONGEST:
        yield Finding(
            "too long", f"Only the first {LONGEST:,} characters were read, of {len(body):,}.", "Can it be said shorter?"
        )
