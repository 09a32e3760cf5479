"""A year of Acme Hosting, for scorecards to be computed of and looked at: the same each time."""

from datetime import UTC, datetime, timedelta
from random import Random

from tests.sample import an_incident, an_update

from lightship.core.duty.cards import Card, Case, Judgement
from lightship.core.duty.scorecard import card
from lightship.core.model import Facts, Incident, Status, Update

NOW = datetime(2026, 11, 22, 14, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAMES = ("Webmail is slow", "The control panel is down", "Sending of mail is delayed", "Backups of Linz fail")


def year() -> tuple[Card, ...]:
    """Forty incidents, spoken of better from month to month; one was withdrawn, and one is open."""
    return tuple(card(case(number), NOW) for number in range(40))


def case(number: int) -> Case:
    chance = Random(number)
    at = NOW - timedelta(days=9 * number) - chance.randint(20, 900) * MINUTE
    incident = an_incident(
        f"{NAMES[number % 4]} ({number})",
        *updates(number, at, chance),
        id=f"incident{number:04}",
        withdrawn=number == 3,
        started_at=at - chance.randint(3, 9 + number) * MINUTE,
    )
    return Case(incident=incident, judgements=judgements(incident, chance, number))


def updates(number: int, at: datetime, chance: Random) -> list[Update]:
    posts = []
    for place in range(chance.randint(2, 6)):
        facts = Facts(next_update=at + 30 * MINUTE)
        posts.append(an_update(f"Half of it works. {place}", at=at, facts=facts, id=f"u{number:05}{place:06}"))
        at += chance.randint(8, 28 + 2 * number) * MINUTE
    if number:
        posts.append(an_update("It works.", Status.RESOLVED, at=at, id=f"u{number:05}999999"))
    return [post for post in posts if post.created_at <= NOW]


def judgements(incident: Incident, chance: Random, number: int) -> dict[str, Judgement]:
    verdicts = {}
    for update in incident.updates:
        vague = chance.random() < 0.05 + number / 80
        why = "Nothing more is known yet" if vague and chance.random() < 0.5 else ""
        verdict = "vague" if vague else "definitive"
        verdicts[update.id] = Judgement(verdict=verdict, overridden=why, holder=chance.choice(["Alice", "Bob"]))
    return verdicts
