"""Votes, reads the zone, and does what is decided: one turn after each look. All of it blocks; it runs in a thread."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic

from lightship.core.steering.decide import Alarm, Decision, Flip, Witness, decide
from lightship.core.steering.records import (
    LEASE,
    POINTERS,
    Key,
    Lease,
    Sets,
    Vote,
    lease_of,
    lease_out,
    vote_key,
    vote_out,
    votes_of,
)
from lightship.signing import Seal
from lightship.witness.alarms import Alarms
from lightship.witness.monitor import Lookout
from lightship.witness.peers import Fellows, signed
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
class Steersman:
    """One witness at the wheel of one page. `said`: its newest signed vote by page, where votes go from witness to witness."""

    page: str
    me: Witness
    zone: Zone
    lookout: Lookout
    clock: Callable[[], datetime]
    tell: Tell
    fellows: Fellows
    seal: Seal | None
    said: dict[str, bytes]
    alarms: Alarms = field(default_factory=Alarms)
    vote: Vote | None = None
    lease: Lease | None = None
    words: str = ""
    wait_until: float = 0.0
    read_at: float = 0.0
    refused: str = ""
    held: Mapping[str, str] = field(default_factory=dict)
    tried: tuple[Flip, Sets] | None = None

    def turn(self) -> None:
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
        troubles = {**self.lookout.troubles, **self.held, **({"zone": self.refused} if self.refused else {})}
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
        return self.zone.compares or not self.refused

    def _vote(self) -> None:
        now, stands = self.clock(), dict(self.lookout.stands)
        old = self.vote
        if (
            old
            and abs(now - old.at) < EVERY
            and {h: s.up for h, s in old.stands.items()} == {h: s.up for h, s in stands.items()}
        ):
            return
        vote = Vote(now, stands)
        if self.zone.holds_votes:
            self.zone.point(self.zone.name, {vote_key(self.me.name): frozenset({vote_out(vote)})}, expecting={})
        elif self.seal:
            self.said[self.page] = signed(self.seal, self.page, self.me.name, vote)
        self.vote = vote

    def _uneasy(self) -> bool:
        return any(stand.up is not True for stand in self.lookout.stands.values())

    def _read(self) -> Sets:
        votes = [vote_key(name) for name in self.me.roll] if self.zone.holds_votes else []
        keys: list[Key] = [*POINTERS, *([LEASE] if self.zone.texts else []), *votes]
        sets = self.zone.read(self.zone.name, keys)
        self.read_at = monotonic()
        # A zone that holds no lease: our own moves are remembered here, so that the name dwells all the same.
        return sets if self.zone.texts or not self.lease else {**sets, LEASE: frozenset({lease_out(self.lease)})}

    def _steer(self) -> None:
        for _ in range(TRIES):
            sets = self._read()
            if self._was_moved(sets) or (decision := self._decision(sets)) is None:
                return
            self.tried = decision, sets
            try:
                to, expecting = within(self.zone, decision.to), within(self.zone, decision.expecting)
                self.zone.point(self.zone.name, to, expecting=expecting)
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
        held = lease_of(sets)
        made = all(sets[key] == values for key, values in flip.to.items() if key != LEASE)
        if self.zone.texts:
            made = made and held is not None and held.nonce == flip.lease.nonce
        if made:
            self._moved(flip, before)
        return made

    def _decision(self, sets: Sets) -> Flip | None:
        heard = votes_of(sets, self.me.roll) if self.zone.holds_votes else dict(self.fellows.heard)
        if self.vote and not self.zone.holds_votes:
            heard[self.me.name] = self.vote
        lease = lease_of(sets)
        if lease and self.lease and lease.gen != self.lease.gen and lease.by != self.me.name:
            log.info("page=%s moved_by=%s gen=%d pin=%s", self.page, lease.by, lease.gen, "+".join(lease.pin) or "-")
        self.lease = lease
        decision = decide(self.me, self.lookout.stands, sets, heard, self.clock(), token_hex(6))
        self.held = {decision.trouble.value: decision.words} if isinstance(decision, Alarm) else {}
        self._note(decision)
        return decision if isinstance(decision, Flip) else None

    def _note(self, decision: Decision) -> None:
        kind = type(decision).__name__.lower()
        if f"{kind} {decision.words}" != self.words:
            self.words = f"{kind} {decision.words}"
            level = logging.WARNING if isinstance(decision, Alarm) else logging.INFO
            log.log(level, "page=%s decision=%s words=%r", self.page, kind, decision.words)

    def _moved(self, flip: Flip, before: Sets) -> None:
        was = ", ".join(sorted(frozenset().union(*(before[key] for key in POINTERS)))) or "nothing"
        self.lease = flip.lease
        log.warning("page=%s moved=%s from=%r gen=%d words=%r", self.page, flip.host, was, flip.lease.gen, flip.words)
        body = (
            f"{self.zone.name} led to {was} and now leads to {flip.host}: {flip.words}.\n"
            f"Witness {self.me.name} moved it (move {flip.lease.gen}) at {flip.lease.at:%Y-%m-%d %H:%M:%S} UTC.\n"
            f"Readers follow within {self.zone.ttl} s. To set it by hand: lightship steer to HOST\n\n{self._sights()}"
        )
        self.tell(f"{self.page}: {self.zone.name} now leads to {flip.host}", body)

    def _sights(self) -> str:
        sights = self.lookout.sights.values()
        lines = (f"{s.host} at {s.address}: {s.verdict}{', ' + s.words if s.words else ''}" for s in sights)
        return "\n".join((f"What witness {self.me.name} sees:", *lines))
