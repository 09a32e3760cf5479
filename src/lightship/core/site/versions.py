"""Whose words a state holds: which desks it has heard, and up to which revision of each.

An epoch names one desk: the one that staff use, one restored elsewhere, or a single break-glass post. A desk numbers its
revisions itself, so an epoch and a revision name one state and all that came before it on that desk.
"""

from collections.abc import Iterable, Mapping

Version = tuple[int, int]
"""Epoch and revision. Of two that readers meet, the higher one is the newer."""

VersionVector = Mapping[int, int]
"""Epoch of another desk -> the highest of its revisions that is contained."""

STEP = 2**20
"""How far an epoch is raised at most. Two who raise the same one at the same moment must not take the same number."""


def includes(own: Version, vector: VersionVector, other: Version) -> bool:
    """Whether a state of rank `own`, that has heard so much, holds all that the state of rank `other` holds."""
    epoch, revision = other
    return revision <= (own[1] if epoch == own[0] else vector.get(epoch, -1))


def merged(states: Iterable[tuple[Version, VersionVector]]) -> dict[int, int]:
    """What a state has heard that holds all of `states`, by whoever it is said."""
    found: dict[int, int] = {}
    for (own, revision), vector in states:
        for epoch, last in (*vector.items(), (own, revision)):
            found[epoch] = max(last, found.get(epoch, 0))
    return found


def next_epoch(vector: VersionVector, draw: int) -> int:
    """The epoch of a desk that speaks after all those. `draw`: a random number, from 0 to STEP - 1."""
    return max(vector, default=0) + 1 + draw
