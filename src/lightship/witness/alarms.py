"""Which troubles to tell staff of, and when: not at the first flicker, not twice an hour, and once when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LASTING = 10.0
AGAIN = 3600.0


@dataclass
class Alarms:
    """`since` and `told`, by trouble, in seconds of any one clock."""

    since: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)

    def due(self, troubles: Mapping[str, str], now: float) -> list[str]:
        """In words, what to tell now. `troubles`: all that there are now, each in words."""
        words = []
        for name, trouble in troubles.items():
            self.gone.pop(name, None)
            since = self.since.setdefault(name, now)
            if now - since >= LASTING and now - self.told.get(name, -AGAIN) >= AGAIN:
                self.told[name] = now
                words.append(trouble)
        for name in [name for name in self.since if name not in troubles]:
            if now - self.gone.setdefault(name, now) >= LASTING:
                if self.told.pop(name, None) is not None:
                    words.append(f"over: {name}")
                del self.since[name], self.gone[name]
        return words
