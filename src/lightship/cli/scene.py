"""What survives without a desk: in words for a person, and as facts for a machine."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from lightship.breakglass.speak import Scene
from lightship.core.durations import ago
from lightship.core.wire import stamp
from lightship.publishing.survey import HostState


def scene_words(scene: Scene, now: datetime) -> str:
    epoch, revision = scene.union.version
    lines = ["What survives:", *(f"  {state.host.name}: {_state_words(state, now)}" for state in scene.states)]
    lines += [f"  {unreadable.host}: passed over: {unreadable.why}" for unreadable in scene.unreadable]
    incidents = scene.union.snapshot.open
    lines += ["", "Open:" if incidents else "Nothing is open."]
    for incident in incidents:
        last = ago(incident.updates[-1].display_at, now)
        lines.append(f"  {incident.id}  {incident.name} ({incident.status}, last word {last})")
    if scene.pending:
        lines += ["", "Said from here, and not proven on every host yet (lightship breakglass publish):"]
        lines += [f"  {pending.incident.name}, by {pending.by}, {pending.at}" for pending in scene.pending]
    if not scene.agreed:
        newest = f"they hold up to revision {revision} of epoch {epoch}"
        lines += ["", f"Hosts differ. The next command here joins them ({newest})."]
    return "\n".join(lines)


def _state_words(state: HostState, now: datetime) -> str:
    manifest = state.manifest
    facts = [f"revision {manifest.revision} of epoch {manifest.epoch}, drawn {ago(manifest.at, now)}, signature right"]
    facts.append(f"publisher last seen {ago(state.pulse.at, now)}" if state.pulse else "no pulse")
    if state.outside:
        facts.append(f"can only be read: {state.outside}")
    if state.torn:
        facts.append(f"torn, and believed: {', '.join(state.torn)}")
    return "; ".join(facts)


def scene_facts(scene: Scene) -> dict[str, Any]:
    return {
        "hosts": [
            {
                "host": state.host.name,
                "epoch": state.manifest.epoch,
                "revision": state.manifest.revision,
                "at": stamp(state.manifest.at),
                "pulse": stamp(state.pulse.at) if state.pulse else None,
                "writable": not state.outside,
                "why": state.outside,
                "torn": list(state.torn),
            }
            for state in scene.states
        ],
        "lost": [asdict(unreadable) for unreadable in scene.unreadable],
        "open": [{"id": i.id, "name": i.name, "status": i.status} for i in scene.union.snapshot.open],
        "pending": [{"update": p.id, "incident": p.incident.id, "by": p.by, "at": p.at} for p in scene.pending],
        "agreed": scene.agreed,
    }
