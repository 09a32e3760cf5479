"""The front-line kit: what support may say of an open incident, on the telephone, in a reply, in a chat and on the networks,
made of the facts that a person stated and of nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lightship.core.duty.policy import Policy
from lightship.core.duty.promises import deadline, last_spoken
from lightship.core.kit.plain import clock, ended, plain, sentences
from lightship.core.kit.sheet import sheet
from lightship.core.kit.social import X_MOST, x_length
from lightship.core.kit.spoken import speakable, spoken_time, weight
from lightship.core.model import ComponentStatus, Facts, Incident, Kind, Snapshot
from lightship.core.status import current_facts, promised, standing

SPOKEN_MOST = 75
"""Words: 30 seconds at 150 a minute."""
CHAT_MOST = 480
SENTENCES_MOST = 8
"""Of a text that does not fit as a whole: no more are tried."""
KINDS = ("phone", "reply", "chat", "social")
"""What may leave the house. The sheet stays in it."""
DEFAULT = Policy()
NO_WORKAROUND = "There is no workaround yet."
NO_ESTIMATE = "We cannot say yet when it will work again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """`expires`: when the next update is due; from then on the texts refuse to be said. `good_until`: the same in words."""

    incident: str
    name: str
    revision: int
    at: datetime
    expires: datetime
    good_until: str
    expired: bool
    phone: str
    reply: str
    chat: str
    social: str
    sheet: str

    @property
    def stamp(self) -> str:
        if self.expired:
            return f"Revision {self.revision}. This was current until {self.good_until}."
        return f"Revision {self.revision}. Current until {self.good_until}; after that do not use it, ask the duty writer."


def kits(snapshot: Snapshot, now: datetime, policy: Policy = DEFAULT) -> tuple[Kit, ...]:
    """Of every open incident, newest first."""
    return tuple(kit(snapshot, i, now, policy) for i in snapshot.open if i.kind is Kind.INCIDENT)


def kit(snapshot: Snapshot, incident: Incident, now: datetime, policy: Policy = DEFAULT) -> Kit:
    """Of one open incident. `policy`: the page's own; hosts, which do not know it, go by the default."""
    expires = deadline(incident, snapshot.page.promise_minutes, policy) or now
    story = _Story(snapshot, incident, current_facts(incident), now)
    good_until, expired = clock(expires, now, snapshot.page.time_zone), expires <= now
    parts = standing(incident, snapshot.components)
    internal = sheet(incident, story.facts, parts, story.clock, now, good_until)
    texts = {"phone": story.phone, "reply": story.reply, "chat": story.chat, "social": story.social}
    return Kit(
        incident=incident.id,
        name=incident.name,
        revision=snapshot.revision,
        at=now,
        expires=expires,
        good_until=good_until,
        expired=expired,
        sheet=f"{over(good_until)}\n\n{internal}" if expired else internal,
        **{name: over(good_until) if expired else write() for name, write in texts.items()},
    )


def over(good_until: str) -> str:
    """What every text says instead of itself from then on."""
    return f"This was current until {good_until}. Do not read it out. Ask the duty writer."


@dataclass(frozen=True, slots=True)
class _Line:
    """A part of a text: that of the lowest number is put in first. Priority 0 always is."""

    priority: int
    label: str
    text: str

    def forms(self) -> Iterable[str]:
        """The whole, then with ever fewer of its sentences."""
        parts = sentences(self.text)
        for most in filter(None, (len(parts), *range(min(len(parts) - 1, SENTENCES_MOST), 0, -1))):
            yield " ".join(filter(None, (self.label, ended(" ".join(parts[:most])))))


def _fitted(lines: Sequence[_Line], most: int, measure: Callable[[str], int]) -> str:
    """As many of the lines as fit, in their order, each cut at a sentence."""
    chosen: dict[int, str] = {}
    for place in sorted(range(len(lines)), key=lambda place: lines[place].priority):
        for form in lines[place].forms():
            whole = {**chosen, place: form}
            if lines[place].priority == 0 or measure(_joined(whole)) <= most:
                chosen = whole
                break
    return _joined(chosen)


def _joined(chosen: dict[int, str]) -> str:
    return " ".join(chosen[place] for place in sorted(chosen))


@dataclass(frozen=True, slots=True)
class _Story:
    snapshot: Snapshot
    incident: Incident
    facts: Facts
    now: datetime

    def clock(self, at: datetime) -> str:
        return clock(at, self.now, self.snapshot.page.time_zone)

    def spoken_time(self, at: datetime) -> str:
        return spoken_time(at, self.now, self.snapshot.page.time_zone)

    @property
    def url(self) -> str:
        return f"{self.snapshot.page.url}/incidents/{self.incident.id}/"

    @property
    def doing(self) -> str:
        """As stated, or else in the newest words of a person."""
        newest = last_spoken(self.incident)
        return self.facts.doing or ("" if newest.automatic else (sentences(plain(newest.body)) or [""])[0])

    @property
    def affected(self) -> str:
        parts = standing(self.incident, self.snapshot.components)
        return ", ".join(part.name for part in parts if part.status is not ComponentStatus.OPERATIONAL)

    def estimate(self, named: Callable[[datetime], str]) -> str:
        """A time that has passed is nobody's estimate any more."""
        if self.facts.estimate and self.facts.estimate > self.now:
            return f"It should work again by {named(self.facts.estimate)}."
        return NO_ESTIMATE if self.facts.no_estimate else ""

    def lines(self, written: Callable[[str], str], named: Callable[[datetime], str]) -> list[_Line]:
        """What was stated, in the order in which people ask. `written`: how a text is put, `named`: how a time is."""
        facts = self.facts
        since = f"It began at {named(facts.since)}." if facts.since and facts.since <= self.now else ""
        return [
            _Line(1, "", written(facts.symptom) or written(self.incident.name)),
            _Line(3, "Who is affected:", written(facts.scope or self.affected)),
            _Line(7, "How many:", written(facts.numbers)),
            _Line(4, "Not affected:", written(facts.unaffected)),
            _Line(8, "", since),
            _Line(6, "What we are doing:", written(self.doing)),
            _Line(2, "What you can do meanwhile:", written(facts.workaround))
            if facts.workaround
            else _Line(5, "", NO_WORKAROUND if facts.no_workaround else ""),
            _Line(5, "", self.estimate(named)),
            _Line(9, "The cause:", written(facts.cause)),
        ]

    def next_update(self, named: Callable[[datetime], str]) -> str:
        promise = promised(self.incident)
        return f"We will say more by {named(promise)}." if promise else "What is new will be on our status page."

    def phone(self) -> str:
        first, last = _Line(0, "", "We know about this problem."), _Line(0, "", self.next_update(self.spoken_time))
        lines = self.lines(speakable, self.spoken_time)
        if not any(weight(form) <= SPOKEN_MOST - weight(f"{first.text} {last.text}") for form in lines[0].forms()):
            lines[0] = _Line(1, "", speakable(self.incident.name))
        return _fitted([first, *lines, last], SPOKEN_MOST, weight)

    def reply(self) -> str:
        stated = [line for line in self.lines(lambda text: plain(text, links=True), self.clock) if line.text]
        body = "\n".join(next(iter(line.forms())) for line in stated)
        more = f"{self.next_update(self.clock)} Everything we know is at {self.url}"
        opening = f"We know about this problem: {ended(plain(self.incident.name))}"
        return "\n\n".join(["Hello,", opening, body, more])

    def chat(self) -> str:
        lines = self.lines(plain, self.clock)
        first, last = _Line(0, "", "We know about this problem."), _Line(0, "", self.next_update(self.clock))
        return f"{_fitted([first, *lines, last], CHAT_MOST, len)} {self.url}"

    def social(self) -> str:
        promise = promised(self.incident)
        last = f"Next update by {promise.astimezone(UTC):%H:%M} UTC: {self.url}" if promise else self.url
        room = X_MOST - x_length(f" {last}")
        name = _cut(ended(plain(self.incident.name)), room)
        symptom, lines = _Line(1, "", plain(self.facts.symptom)), self.lines(plain, self.clock)
        return f"{_fitted([_Line(0, '', name), symptom, *lines[1:]], room, x_length)} {last}"


def _cut(text: str, most: int) -> str:
    """At a word, where it is too long for X."""
    if x_length(text) <= most:
        return text
    while x_length(f"{text} …") > most:
        text = text.rpartition(" ")[0] or text[:-1]
    return f"{text} …"
