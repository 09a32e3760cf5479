"""Version vectors: which desks' revisions a state includes, and up to which revision of each.

An epoch names one desk: the one that staff use, one restored elsewhere, or a single break-glass post. A desk numbers its
revisions itself, so an epoch and a revision name one state and all that came before it on that desk.
"""

from collections.abc import Iterable, Mapping

Version = tuple[int, int]
"""Epoch and revision. Of two that readers meet, the higher one is the newer."""

VersionVector = Mapping[int, int]
"""Epoch of another desk -> the highest of its revisions that is included."""

STEP = 2**20
"""How far an epoch is raised at most. Two desks that raise the same epoch at the same moment must not take the same number."""


def includes(own: Version, vector: VersionVector, version: Version) -> bool:
    """Whether the state of version `own`, with this vector, includes all of the state of `version`."""
    epoch, revision = version
    return revision <= (own[1] if epoch == own[0] else vector.get(epoch, -1))


def merged(states: Iterable[tuple[Version, VersionVector]]) -> dict[int, int]:
    """The vector of a state that includes all of `states`, whichever desk publishes it."""
    vector: dict[int, int] = {}
    for (own, revision), others in states:
        for epoch, last in (*others.items(), (own, revision)):
            vector[epoch] = max(last, vector.get(epoch, 0))
    return vector


def next_epoch(vector: VersionVector, draw: int) -> int:
    """An epoch higher than all in `vector`. `draw`: a random number, from 0 to STEP - 1."""
    return max(vector, default=0) + 1 + draw
