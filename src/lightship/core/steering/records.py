"""What witnesses write into the zone (votes and the move record) and show each other (signed votes), how they judge a host's
health, and where a name points."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lightship.core.site.manifest import Sign, Verify
from lightship.core.site.receipt import CheckStatus

Key = tuple[str, str]
"""An owner relative to a name ("@" is the name itself, "_lease" is `_lease.NAME`) and a type: A, AAAA, CNAME or TXT."""

Sets = Mapping[Key, frozenset[str]]
"""Record sets: addresses in their shortest text, names without the final dot, TXT as one string each. An empty set means
that there is no such record set."""

POINTERS: tuple[Key, ...] = (("@", "A"), ("@", "AAAA"), ("@", "CNAME"))
"""The record sets that decide where a name points."""
RECORD: Key = ("_lease", "TXT")
NOTHING: frozenset[str] = frozenset()

FRESH = timedelta(seconds=15)
"""The maximum age of a vote that counts. One from the future counts up to the same distance: clocks differ."""
HEALTHY = timedelta(minutes=30)
QUICK = timedelta(minutes=5)
"""Moves that follow each other sooner are counted; after MOVES of them, each further move waits."""
MOVES, DWELL, LONGEST_DWELL = 3, timedelta(seconds=30), timedelta(hours=1)


def vote_key(witness: str) -> Key:
    return f"{witness}._vote", "TXT"


@dataclass(frozen=True, slots=True)
class Place:
    """A host, and where the name points when it points there: addresses, or one other name."""

    name: str
    sets: Sets

    @property
    def values(self) -> frozenset[str]:
        return frozenset().union(*self.sets.values())


def place(name: str, addresses: Iterable[str], cname: str = "") -> Place:
    known = frozenset(addresses)
    v6 = frozenset(address for address in known if ":" in address)
    return Place(name, {("@", "A"): known - v6, ("@", "AAAA"): v6, ("@", "CNAME"): frozenset({cname} if cname else ())})


@dataclass(frozen=True, slots=True)
class Health:
    """One host's health for one witness, and since when. `up` None: it cannot tell. `run`: how often in a row it saw `last`."""

    up: bool | None
    since: datetime
    last: bool = False
    run: int = 0


def after(old: Health | None, live: bool | None, now: datetime, count: int) -> Health:
    """The health after one more check. A host becomes up or down after `count` equal results in a row."""
    if live is None:
        return old if old and old.up is None else Health(None, now)
    old = old or Health(None, now)
    run = old.run + 1 if old.run and old.last == live else 1
    up = live if run >= count else old.up
    return Health(up, old.since if up == old.up else now, live, run)


SILENT = frozenset({CheckStatus.TIMED_OUT, CheckStatus.UNREACHABLE, CheckStatus.BLIND})


def alive(results: Mapping[tuple[str, str], CheckStatus]) -> dict[str, bool | None]:
    """Whether each host is live, from the results by (host, address). It must be live at every address, for readers use any
    of them. An address that this machine has no route to says nothing; nor does an address family in which all of several
    hosts are silent while the other family answers, for that is more likely a fault of our own network."""
    statuses: dict[bool, dict[str, CheckStatus]] = {False: {}, True: {}}
    for (host, address), status in results.items():
        statuses[":" in address][host] = status
    live = {":" in address for (_, address), status in results.items() if status is CheckStatus.LIVE}
    deaf = {v6 for v6 in {False, True} - live if live and len(statuses[v6]) > 1 and SILENT.issuperset(statuses[v6].values())}
    alive: dict[str, bool | None] = {}
    for (host, address), status in results.items():
        if status is CheckStatus.BLIND or (":" in address) in deaf:
            alive.setdefault(host, None)
        else:
            alive[host] = status is CheckStatus.LIVE and alive.get(host) is not False
    return alive


@dataclass(frozen=True, slots=True)
class Vote:
    """What a witness saw at a time. As text: `1763820000 vienna=up:1763810000 bucket=down:1763819990`, seconds since 1970."""

    at: datetime
    health: Mapping[str, Health]

    def up(self, host: str) -> bool:
        return host in self.health and self.health[host].up is True

    def down(self, host: str) -> bool:
        return host in self.health and self.health[host].up is False


def vote_out(vote: Vote) -> str:
    known = ((host, health) for host, health in sorted(vote.health.items()) if health.up is not None)
    hosts = (f"{host}={'up' if health.up else 'down'}:{int(health.since.timestamp())}" for host, health in known)
    return " ".join((str(int(vote.at.timestamp())), *hosts))


def vote_in(text: str) -> Vote | None:
    """None for a text that is no vote."""
    at, *hosts = text.split(" ")
    parts = [(host, *rest.partition(":")) for host, _, rest in (part.partition("=") for part in hosts)]
    if any(up not in ("up", "down") for _, up, _, _ in parts):
        return None
    try:
        return Vote(_time(at), {host: Health(up == "up", _time(since)) for host, up, _, since in parts})
    except (ValueError, OverflowError, OSError):
        return None


def signed_vote_out(vote: Vote, page: str, by: str, sign: Sign) -> bytes:
    """As one witness shows it to others: `PAGE WITNESS VOTE`, and its signature in base64 on a line of its own."""
    text = f"{page} {by} {vote_out(vote)}"
    return f"{text}\n{base64.b64encode(sign(text.encode())).decode()}\n".encode()


def signed_vote_in(body: bytes, page: str, by: str, verify: Verify) -> Vote | None:
    """None for what this witness did not sign for this page."""
    text, _, signature = body.decode("utf-8", "replace").rstrip("\n").rpartition("\n")
    try:
        genuine = verify(text.encode(), base64.b64decode(signature, validate=True))
    except ValueError:
        return None
    start = f"{page} {by} "
    return vote_in(text.removeprefix(start)) if genuine and text.startswith(start) else None


def _time(text: str) -> datetime:
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return datetime.fromtimestamp(int(text), UTC)


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """Who moved the name last. `moves`: how many moves followed each other quickly. `pin`: hosts that a person pinned it to,
    until a person ends the pin. `nonce`: by it a witness whose reply was lost recognises its own move.
    As text: `gen by at moves pin nonce`."""

    gen: int
    by: str
    at: datetime
    moves: int
    pin: tuple[str, ...]
    nonce: str

    @property
    def dwell(self) -> timedelta:
        """How long the name must stay: not at all at first, then twice as long with each further quick move."""
        return min(DWELL * 2 ** min(self.moves - MOVES, 20), LONGEST_DWELL) if self.moves >= MOVES else timedelta()

    def moved(self, by: str, now: datetime, nonce: str) -> "MoveRecord":
        quick = now - self.at < QUICK + self.dwell
        return MoveRecord(self.gen + 1, by, now, self.moves + 1 if quick else 1, (), nonce)


FIRST = MoveRecord(0, "-", datetime.fromtimestamp(0, UTC), 0, (), "-")
"""The move record of a name that was never moved."""


def record_out(record: MoveRecord) -> str:
    pin = "+".join(record.pin) or "-"
    return f"{record.gen} {record.by} {int(record.at.timestamp())} {record.moves} {pin} {record.nonce}"


def record_of(sets: Sets) -> MoveRecord | None:
    """The zone's move record; FIRST where it has none, None where it has something else there."""
    texts = sets.get(RECORD, NOTHING)
    if not texts:
        return FIRST
    fields = next(iter(texts)).split(" ") if len(texts) == 1 else []
    if len(fields) != 6:
        return None
    gen, by, at, moves, pin, nonce = fields
    try:
        return MoveRecord(int(gen), by, _time(at), int(moves), () if pin == "-" else tuple(pin.split("+")), nonce)
    except (ValueError, OverflowError, OSError):
        return None


def votes_of(sets: Sets, members: Iterable[str]) -> dict[str, Vote]:
    """The votes that the zone holds, of these witnesses."""
    texts = {name: sets.get(vote_key(name), NOTHING) for name in members}
    read = {name: vote_in(next(iter(text))) for name, text in texts.items() if len(text) == 1}
    return {name: vote for name, vote in read.items() if vote}


def pointed(sets: Sets, places: Sequence[Place]) -> tuple[str, ...] | None:
    """The hosts that the name leads to; empty where it leads nowhere, None where it leads to something that is no host."""
    values = frozenset().union(*(sets.get(key, NOTHING) for key in POINTERS))
    if values - frozenset().union(*(place.values for place in places)):
        return None
    return tuple(place.name for place in places if place.values & values)
