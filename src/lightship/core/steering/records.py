"""Where a page's name should point, decided from what witnesses see and what the zone holds. Nothing here asks or changes
anything; a change that it calls for carries all that it rests on, so that it fails where that is no longer so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lightship.core.site.receipt import CheckStatus

Key = tuple[str, str]
Sets = Mapping[Key, frozenset[str]]
"""Record sets by owner, relative to the name, and type: as zones speak of them."""

POINTERS: tuple[Key, ...] = (("@", "A"), ("@", "AAAA"), ("@", "CNAME"))
RECORD: Key = ("_lease", "TXT")
NOTHING: frozenset[str] = frozenset()

FRESH = timedelta(seconds=15)
"""The oldest vote that counts, and the furthest from the future: a witness whose clock is wrong counts for nobody."""
HEALTHY = timedelta(minutes=30)
QUICK = timedelta(minutes=5)
"""Moves that follow each other by less are counted; after MOVES of them each one is waited with."""
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
    found = tuple(addresses)
    sets = {
        ("@", "A"): frozenset(each for each in found if ":" not in each),
        ("@", "AAAA"): frozenset(each for each in found if ":" in each),
        ("@", "CNAME"): frozenset({cname} if cname else ()),
    }
    return Place(name, sets)


@dataclass(frozen=True, slots=True)
class Health:
    """What a witness holds of one host, and since when; `up` None: it cannot tell. `last` was seen `run` times in a row."""

    up: bool | None
    since: datetime
    last: bool = False
    run: int = 0


def after(old: Health | None, live: bool | None, now: datetime, count: int) -> Health:
    """A host turns up or down after `count` looks of one mind."""
    if live is None:
        return old if old and old.up is None else Health(None, now)
    old = old or Health(None, now)
    run = old.run + 1 if old.run and old.last == live else 1
    up = live if run >= count else old.up
    return Health(up, old.since if up == old.up else now, live, run)


SILENT = frozenset({CheckStatus.TIMED_OUT, CheckStatus.UNREACHABLE})


def alive(seen: Mapping[tuple[str, str], CheckStatus]) -> dict[str, bool | None]:
    """Each host that was looked at, by what was found at each (host, address): live if it is at every one, for readers come
    by any. An address that this machine has no way to says nothing; nor does a family in which all of several hosts are
    silent while the other family answers, for that is more likely our own network's fault."""
    families = {":" in address for _, address in seen}
    answering = {v6 for v6 in families if any(found is CheckStatus.LIVE for (_, a), found in seen.items() if (":" in a) == v6)}
    deaf = {v6 for v6 in families - answering if answering and _all_silent(seen, v6)}
    alive: dict[str, bool | None] = {}
    for (host, address), found in seen.items():
        if found is CheckStatus.BLIND or (":" in address) in deaf:
            alive.setdefault(host, None)
        else:
            alive[host] = found is CheckStatus.LIVE and alive.get(host) is not False
    return alive


def _all_silent(seen: Mapping[tuple[str, str], CheckStatus], v6: bool) -> bool:
    of_it = {host: found for (host, address), found in seen.items() if (":" in address) == v6}
    return len(of_it) > 1 and set(of_it.values()) <= SILENT | {CheckStatus.BLIND}


@dataclass(frozen=True, slots=True)
class Vote:
    """What a witness told at a time. Text: `1763820000 vienna=up:1763810000 bucket=down:1763819990`, seconds since 1970."""

    at: datetime
    health: Mapping[str, Health]

    def up(self, host: str) -> bool:
        return host in self.health and self.health[host].up is True

    def down(self, host: str) -> bool:
        return host in self.health and self.health[host].up is False


def vote_out(vote: Vote) -> str:
    told = ((host, state) for host, state in sorted(vote.health.items()) if state.up is not None)
    words = (f"{host}={'up' if state.up else 'down'}:{int(state.since.timestamp())}" for host, state in told)
    return " ".join((str(int(vote.at.timestamp())), *words))


def vote_in(text: str) -> Vote | None:
    """None for what is no vote."""
    at, *words = text.split(" ")
    parts = [(host, *rest.partition(":")) for host, _, rest in (word.partition("=") for word in words)]
    if any(up not in ("up", "down") for _, up, _, _ in parts):
        return None
    try:
        return Vote(_time(at), {host: Health(up == "up", _time(since)) for host, up, _, since in parts})
    except (ValueError, OverflowError, OSError):
        return None


def _time(text: str) -> datetime:
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return datetime.fromtimestamp(int(text), UTC)


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """Who moved the name last. `moves`: how many, each soon after the one before. `pin`: hosts that a person set it to, until
    a person lets go. `nonce`: by which a mover whose reply was lost knows its own move. Text: `gen by at moves pin nonce`."""

    gen: int
    by: str
    at: datetime
    moves: int
    pin: tuple[str, ...]
    nonce: str

    @property
    def dwell(self) -> timedelta:
        """How long it must stay now: nothing at first, then twice as long with each quick move more."""
        return min(DWELL * 2 ** min(self.moves - MOVES, 20), LONGEST_DWELL) if self.moves >= MOVES else timedelta()

    def moved(self, by: str, now: datetime, nonce: str) -> "MoveRecord":
        quick = now - self.at < QUICK + self.dwell
        return MoveRecord(self.gen + 1, by, now, self.moves + 1 if quick else 1, (), nonce)


FIRST = MoveRecord(0, "-", datetime.fromtimestamp(0, UTC), 0, (), "-")
"""What stands for a lease where there never was one."""


def record_out(record: MoveRecord) -> str:
    pin = "+".join(record.pin) or "-"
    return f"{record.gen} {record.by} {int(record.at.timestamp())} {record.moves} {pin} {record.nonce}"


def record_of(sets: Sets) -> MoveRecord | None:
    """The lease as the zone has it; FIRST where it has none, None where it has something else there."""
    texts = sets.get(RECORD, NOTHING)
    if not texts:
        return FIRST
    words = next(iter(texts)).split(" ") if len(texts) == 1 else []
    if len(words) != 6:
        return None
    gen, by, at, moves, pin, nonce = words
    try:
        return MoveRecord(int(gen), by, _time(at), int(moves), () if pin == "-" else tuple(pin.split("+")), nonce)
    except (ValueError, OverflowError, OSError):
        return None


def votes_of(sets: Sets, members: Iterable[str]) -> dict[str, Vote]:
    """The votes that the zone holds, of the witnesses on the roll."""
    texts = {name: sets.get(vote_key(name), NOTHING) for name in members}
    read = {name: vote_in(next(iter(text))) for name, text in texts.items() if len(text) == 1}
    return {name: vote for name, vote in read.items() if vote}


def pointed(sets: Sets, places: Sequence[Place]) -> tuple[str, ...] | None:
    """The hosts that the name leads to; none where it leads nowhere at all, None where to something that is no host."""
    values = frozenset().union(*(sets.get(key, NOTHING) for key in POINTERS))
    if values - frozenset().union(*(each.values for each in places)):
        return None
    return tuple(each.name for each in places if each.values & values)
