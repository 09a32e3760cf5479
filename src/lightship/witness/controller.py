"""Vote, read the zone, decide, and move the name: one step after each round of checks. Everything here blocks, in a thread."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic

from lightship.core.steering.decide import Alarm, Move, Witness, decide
from lightship.core.steering.records import (
    POINTERS,
    RECORD,
    Key,
    MoveRecord,
    Sets,
    Vote,
    record_of,
    record_out,
    signed_vote_out,
    vote_key,
    vote_out,
    votes_of,
)
from lightship.signing import SigningKey
from lightship.witness.monitor import PUBLISHER, Monitor
from lightship.witness.peers import Peers
from lightship.zones import Conflict, Zone, ZoneError, within

EVERY = timedelta(seconds=5)
"""Maximum age of a vote before it is given anew, even if nothing changed."""
CALM = 10.0
"""Seconds between readings of a zone that holds no votes, while all is well: providers count requests."""
AFTER_REFUSAL = 30.0
"""Seconds to leave a zone alone that says that asking again will not help."""
TRIES = 4
LASTING, AGAIN = 10.0, 3600.0
"""Seconds until staff are told of a trouble that lasts, and until they are told again."""
ONCE = {PUBLISHER: "over: the page is kept fresh again"}
"""What staff are told of once however long it lasts, and once when it is over: this."""
log = logging.getLogger("lightship.witness")

Tell = Callable[[str, str], None]
"""Subject and body, to staff; returns at once."""


@dataclass
class Alarms:
    """Which troubles to report to staff, and when: once they last, again each hour (but what is in
    ONCE), and once when they are over. Times by
    trouble, in seconds of one clock: when it began, when staff were told of it, when it went away."""

    since: dict[str, float] = field(default_factory=dict)
    reported: dict[str, float] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)

    def due(self, troubles: Mapping[str, str], now: float) -> list[str]:
        """Messages to send now. `troubles`: all that there are now, name -> message."""
        messages = []
        for name, message in troubles.items():
            self.gone.pop(name, None)
            since = self.since.setdefault(name, now)
            again = name not in ONCE and now - self.reported.get(name, now) >= AGAIN
            if now - since >= LASTING and (name not in self.reported or again):
                self.reported[name] = now
                messages.append(message)
        for name in [name for name in self.since if name not in troubles]:
            if now - self.gone.setdefault(name, now) >= LASTING:
                if self.reported.pop(name, None) is not None:
                    messages.append(ONCE.get(name, f"over: {name}"))
                del self.since[name], self.gone[name]
        return messages


@dataclass
class Controller:
    """One witness for one page. `shown`: its newest signed vote by page, where votes go from witness to witness. `refused`: why
    the zone cannot be used now. `trouble`: what the last decision found wrong, and its reason. `tried`: the last move and the
    sets it rests on, until it is known whether the zone made it."""

    page: str
    me: Witness
    zone: Zone
    monitor: Monitor
    clock: Callable[[], datetime]
    tell: Tell
    peers: Peers
    signing_key: SigningKey | None
    shown: dict[str, bytes]
    alarms: Alarms = field(default_factory=Alarms)
    vote: Vote | None = None
    record: MoveRecord | None = None
    reason: str = ""
    wait_until: float = 0.0
    read_at: float = 0.0
    refused: str = ""
    trouble: Mapping[str, str] = field(default_factory=dict)
    tried: tuple[Move, Sets] | None = None

    def step(self) -> None:
        """Vote, decide, move, and report what is wrong."""
        if monotonic() >= self.wait_until:
            able, self.refused = self._able, ""
            try:
                if able:
                    self._vote()
                calm = all(health.up is True for health in self.monitor.health.values())
                if self.zone.holds_votes or not calm or monotonic() - self.read_at >= CALM:
                    self._steer()
            except ZoneError as error:
                self.refused = f"the zone: {error}"
                self.wait_until = monotonic() + (AFTER_REFUSAL if error.permanent else 0.0)
                log.warning("page=%s zone=%r permanent=%s", self.page, str(error), error.permanent)
            except Exception as error:  # a provider may answer anything, and staff must hear that nobody steers
                self.refused = f"the zone: Lightship itself failed over it ({type(error).__name__}); see the log"
                log.exception("page=%s", self.page)
        troubles = {**self.monitor.troubles, **self.trouble, **({"zone": self.refused} if self.refused else {})}
        for message in self.alarms.due(troubles, monotonic()):
            log.warning("page=%s alarm=%r", self.page, message)
            self.tell(f"{self.page}: {message.splitlines()[0][:100]}", f"{message}\n\n{self._results()}")

    def show(self) -> None:
        """Renew the vote that peers fetch, after every round of checks: a slow provider must not make it old."""
        if self._able and not self.zone.holds_votes:
            self._vote()

    @property
    def _able(self) -> bool:
        """In a zone without conditions only the first of those who agree moves the name: it must not be refused there."""
        return self.zone.atomic or not self.refused

    def _vote(self) -> None:
        vote, old = Vote(self.clock(), dict(self.monitor.health)), self.vote
        if old and abs(vote.at - old.at) < EVERY and _ups(old) == _ups(vote):
            return
        if self.zone.holds_votes:
            self.zone.set_records(self.zone.name, {vote_key(self.me.name): frozenset({vote_out(vote)})}, expecting={})
        elif self.signing_key:
            self.shown[self.page] = signed_vote_out(vote, self.page, self.me.name, self.signing_key.sign)
        self.vote = vote

    def _read(self) -> Sets:
        sets = read_sets(self.zone, self.me.members)
        self.read_at = monotonic()
        # A zone that holds no move record: our own moves are remembered here, so that the name dwells all the same.
        return sets if self.zone.holds_txt or not self.record else {**sets, RECORD: frozenset({record_out(self.record)})}

    def _steer(self) -> None:
        for _ in range(TRIES):
            sets = self._read()
            if self._was_moved(sets) or (move := self._decision(sets)) is None:
                return
            self.tried = move, sets
            try:
                to, expecting = within(self.zone, move.to), within(self.zone, move.expecting)
                self.zone.set_records(self.zone.name, to, expecting=expecting)
            except Conflict:
                self.tried = None
            except ZoneError as error:
                if not error.unknown:
                    raise
            else:
                self.tried = None
                self._moved(move, sets)
                return

    def _was_moved(self, sets: Sets) -> bool:
        """Whether our last try was made after all, though its reply was lost or the provider failed after it: the addresses
        say so, and the move record if there is one. Some providers change one after the other."""
        if self.tried is None:
            return False
        (move, before), self.tried = self.tried, None
        record = record_of(sets)
        made = all(sets[key] == values for key, values in move.to.items() if key != RECORD)
        if self.zone.holds_txt:
            made = made and record is not None and record.nonce == move.record.nonce
        if made:
            self._moved(move, before)
        return made

    def _decision(self, sets: Sets) -> Move | None:
        votes = votes_of(sets, self.me.members) if self.zone.holds_votes else dict(self.peers.votes)
        if self.vote and not self.zone.holds_votes:
            votes[self.me.name] = self.vote
        record = record_of(sets)
        if record and self.record and record.gen != self.record.gen and record.by != self.me.name:
            log.info("page=%s moved_by=%s gen=%d pin=%s", self.page, record.by, record.gen, "+".join(record.pin) or "-")
        self.record = record
        decision = decide(self.me, self.monitor.health, sets, votes, self.clock(), token_hex(6))
        self.trouble = {decision.trouble.value: decision.reason} if isinstance(decision, Alarm) else {}
        kind = type(decision).__name__.lower()
        if f"{kind} {decision.reason}" != self.reason:
            self.reason = f"{kind} {decision.reason}"
            level = logging.WARNING if isinstance(decision, Alarm) else logging.INFO
            log.log(level, "page=%s decision=%s reason=%r", self.page, kind, decision.reason)
        return decision if isinstance(decision, Move) else None

    def _moved(self, move: Move, before: Sets) -> None:
        old = ", ".join(sorted(frozenset().union(*(before[key] for key in POINTERS)))) or "nothing"
        self.record = move.record
        log.warning("page=%s moved=%s from=%r gen=%d reason=%r", self.page, move.host, old, move.record.gen, move.reason)
        body = (
            f"{self.zone.name} led to {old} and now leads to {move.host}: {move.reason}.\n"
            f"Witness {self.me.name} moved it (move {move.record.gen}) at {move.record.at:%Y-%m-%d %H:%M:%S} UTC.\n"
            f"Readers follow within {self.zone.ttl} s. To set it by hand: lightship steer to HOST\n\n{self._results()}"
        )
        self.tell(f"{self.page}: {self.zone.name} now leads to {move.host}", body)

    def _results(self) -> str:
        results = self.monitor.results.values()
        lines = (f"{r.host} at {r.address}: {r.verdict}{', ' + r.reason if r.reason else ''}" for r in results)
        return "\n".join((f"What witness {self.me.name} sees:", *lines))


def read_sets(zone: Zone, members: Iterable[str]) -> Sets:
    """Where the name leads, the move record and the votes, as far as this kind of zone holds them."""
    record: list[Key] = [RECORD] if zone.holds_txt else []
    votes = [vote_key(name) for name in members] if zone.holds_votes else []
    return zone.read(zone.name, [*POINTERS, *record, *votes])


def _ups(vote: Vote) -> dict[str, bool | None]:
    return {host: health.up for host, health in vote.health.items()}
