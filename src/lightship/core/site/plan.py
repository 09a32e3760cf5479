"""What to write to a host: compare its manifest with ours, or refuse."""

from collections.abc import Mapping
from dataclasses import dataclass

from lightship.core.site.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Refused:
    """The host has updates of another desk that ours does not include: publishing there would take them back."""

    existing: Manifest
    ours: Manifest

    def __str__(self) -> str:
        why = "newer than ours" if self.existing.version > self.ours.version else "which we have not heard"
        return f"it holds revision {self.existing.revision} of epoch {self.existing.epoch}, {why}: another desk speaks there"


def refusal(ours: Manifest, existing: Manifest | None) -> Refused | None:
    """The only reason not to publish over a manifest of the same page: it has updates that ours does not include."""
    return None if existing is None or ours.includes(existing) else Refused(existing, ours)


def compare(desired: Mapping[str, str], existing: Mapping[str, str]) -> tuple[str, ...]:
    """The paths to write. Both map path -> SHA-256; `desired`'s order is the order of writing."""
    return tuple(path for path, digest in desired.items() if existing.get(path) != digest)
