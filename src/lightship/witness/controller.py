"""Votes, reads the zone, and does what is decided: one turn after each look. All of it blocks; it runs in a thread."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic

from lightship.core.steering.decide import Alarm, Decision, Move, Witness, decide
from lightship.core.steering.records import (
    POINTERS,
    RECORD,
    Key,
    MoveRecord,
    Sets,
    Vote,
    record_of,
    record_out,
    vote_key,
    vote_out,
    votes_of,
)
from lightship.signing import SigningKey
from lightship.witness.alarms import Alarms
from lightship.witness.monitor import Monitor
from lightship.witness.peers import Peers, signed
from lightship.zones import Conflict, Zone, ZoneError, within

EVERY = timedelta(seconds=5)
"""A vote is given anew after that, even if nothing changed."""
CALM = 10.0
"""Seconds between readings of a zone that holds no votes, while all is well: providers count requests."""
AFTER_REFUSAL = 30.0
"""Seconds to leave a zone alone that says that asking again will not help."""
TRIES = 4
log = logging.getLogger("lightship.witness")

Tell = Callable[[str, str], None]
"""Subject and body, to staff; returns at once."""


@dataclass
class Controller:
    """One witness at the wheel of one page. `shown`: its newest signed vote by page, where votes go from witness to witness."""

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
    held: Mapping[str, str] = field(default_factory=dict)
    tried: tuple[Move, Sets] | None = None

    def step(self) -> None:
        """Vote, decide, move, and say what is wrong."""
        if monotonic() >= self.wait_until:
            able, self.refused = self._able, ""
            try:
                if able:
                    self._vote()
                if self.zone.holds_votes or self._uneasy() or monotonic() - self.read_at >= CALM:
                    self._steer()
            except ZoneError as error:
                self.refused = f"the zone: {error}"
                self.wait_until = monotonic() + (AFTER_REFUSAL if error.permanent else 0.0)
                log.warning("page=%s zone=%r permanent=%s", self.page, str(error), error.permanent)
            except Exception as error:  # what a provider answers may be anything, and staff must hear that nobody steers
                self.refused = f"the zone: Lightship itself failed over it ({type(error).__name__}); see the log"
                log.exception("page=%s", self.page)
        troubles = {**self.monitor.troubles, **self.held, **({"zone": self.refused} if self.refused else {})}
        for words in self.alarms.due(troubles, monotonic()):
            log.warning("page=%s told=%r", self.page, words)
            self.tell(f"{self.page}: {words.splitlines()[0][:100]}", f"{words}\n\n{self._sights()}")

    def show(self) -> None:
        """At every look: a provider that takes its time makes no vote old that goes from witness to witness."""
        if self._able and not self.zone.holds_votes:
            self._vote()

    @property
    def _able(self) -> bool:
        """Where only the first of those who agree moves the name, one whom the zone refuses must not be that one."""
        return self.zone.atomic or not self.refused

    def _vote(self) -> None:
        now, health = self.clock(), dict(self.monitor.health)
        old = self.vote
        if (
            old
            and abs(now - old.at) < EVERY
            and {h: s.up for h, s in old.health.items()} == {h: s.up for h, s in health.items()}
        ):
            return
        vote = Vote(now, health)
        if self.zone.holds_votes:
            self.zone.set_records(self.zone.name, {vote_key(self.me.name): frozenset({vote_out(vote)})}, expecting={})
        elif self.signing_key:
            self.shown[self.page] = signed(self.signing_key, self.page, self.me.name, vote)
        self.vote = vote

    def _uneasy(self) -> bool:
        return any(state.up is not True for state in self.monitor.health.values())

    def _read(self) -> Sets:
        votes = [vote_key(name) for name in self.me.members] if self.zone.holds_votes else []
        keys: list[Key] = [*POINTERS, *([RECORD] if self.zone.holds_txt else []), *votes]
        sets = self.zone.read(self.zone.name, keys)
        self.read_at = monotonic()
        # A zone that holds no lease: our own moves are remembered here, so that the name dwells all the same.
        return sets if self.zone.holds_txt or not self.record else {**sets, RECORD: frozenset({record_out(self.record)})}

    def _steer(self) -> None:
        for _ in range(TRIES):
            sets = self._read()
            if self._was_moved(sets) or (decision := self._decision(sets)) is None:
                return
            self.tried = decision, sets
            try:
                to, expecting = within(self.zone, decision.to), within(self.zone, decision.expecting)
                self.zone.set_records(self.zone.name, to, expecting=expecting)
            except Conflict:
                self.tried = None
            except ZoneError as error:
                if not error.unknown:
                    raise
            else:
                self.tried = None
                self._moved(decision, sets)
                return

    def _was_moved(self, sets: Sets) -> bool:
        """Whether our last try was made after all, though its reply was lost, or what came after it failed: the addresses say
        so and the lease, if there is one. Some providers change one after the other."""
        if self.tried is None:
            return False
        (flip, before), self.tried = self.tried, None
        held = record_of(sets)
        made = all(sets[key] == values for key, values in flip.to.items() if key != RECORD)
        if self.zone.holds_txt:
            made = made and held is not None and held.nonce == flip.record.nonce
        if made:
            self._moved(flip, before)
        return made

    def _decision(self, sets: Sets) -> Move | None:
        heard = votes_of(sets, self.me.members) if self.zone.holds_votes else dict(self.peers.votes)
        if self.vote and not self.zone.holds_votes:
            heard[self.me.name] = self.vote
        record = record_of(sets)
        if record and self.record and record.gen != self.record.gen and record.by != self.me.name:
            log.info("page=%s moved_by=%s gen=%d pin=%s", self.page, record.by, record.gen, "+".join(record.pin) or "-")
        self.record = record
        decision = decide(self.me, self.monitor.health, sets, heard, self.clock(), token_hex(6))
        self.held = {decision.trouble.value: decision.reason} if isinstance(decision, Alarm) else {}
        self._note(decision)
        return decision if isinstance(decision, Move) else None

    def _note(self, decision: Decision) -> None:
        kind = type(decision).__name__.lower()
        if f"{kind} {decision.reason}" != self.reason:
            self.reason = f"{kind} {decision.reason}"
            level = logging.WARNING if isinstance(decision, Alarm) else logging.INFO
            log.log(level, "page=%s decision=%s words=%r", self.page, kind, decision.reason)

    def _moved(self, flip: Move, before: Sets) -> None:
        was = ", ".join(sorted(frozenset().union(*(before[key] for key in POINTERS)))) or "nothing"
        self.record = flip.record
        log.warning("page=%s moved=%s from=%r gen=%d words=%r", self.page, flip.host, was, flip.record.gen, flip.reason)
        body = (
            f"{self.zone.name} led to {was} and now leads to {flip.host}: {flip.reason}.\n"
            f"Witness {self.me.name} moved it (move {flip.record.gen}) at {flip.record.at:%Y-%m-%d %H:%M:%S} UTC.\n"
            f"Readers follow within {self.zone.ttl} s. To set it by hand: lightship steer to HOST\n\n{self._sights()}"
        )
        self.tell(f"{self.page}: {self.zone.name} now leads to {flip.host}", body)

    def _sights(self) -> str:
        results = self.monitor.results.values()
        lines = (f"{s.host} at {s.address}: {s.verdict}{', ' + s.reason if s.reason else ''}" for s in results)
        return "\n".join((f"What witness {self.me.name} sees:", *lines))
