"""Which troubles to report to staff, and when: once they last, again each hour, and once when they are over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LASTING = 10.0
AGAIN = 3600.0


@dataclass
class Alarms:
    """Times by trouble, in seconds of one clock: when it began, when staff were told of it, when it went away."""

    since: dict[str, float] = field(default_factory=dict)
    reported: dict[str, float] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)

    def due(self, troubles: Mapping[str, str], now: float) -> list[str]:
        """Messages to send now. `troubles`: all that there are now, name -> message."""
        messages = []
        for name, message in troubles.items():
            self.gone.pop(name, None)
            since = self.since.setdefault(name, now)
            if now - since >= LASTING and now - self.reported.get(name, -AGAIN) >= AGAIN:
                self.reported[name] = now
                messages.append(message)
        for name in [name for name in self.since if name not in troubles]:
            if now - self.gone.setdefault(name, now) >= LASTING:
                if self.reported.pop(name, None) is not None:
                    messages.append(f"over: {name}")
                del self.since[name], self.gone[name]
        return messages
