"""What survives, and what became of a break-glass post: in words, and for machines."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from lightship.breakglass.pending import NAME
from lightship.breakglass.speak import Outcome, Scene
from lightship.core.durations import ago
from lightship.core.wire import stamp
from lightship.publishing.survey import HostState


def became_words(became: Outcome) -> str:
    snapshot = became.scene.union.snapshot
    lines = [f"{r.host}: {r.verdict}{': ' + r.reason if r.reason else ''} ({r.milliseconds} ms)" for r in became.receipts]
    lines.append(f"revision {snapshot.revision} of epoch {snapshot.epoch}")
    if not became.proven:
        kept = f"Kept in {NAME}" if not became.unkept else f"Not kept on this machine, only where it is proven: {became.unkept}"
        lines.append(f"Not on every host yet. {kept}; when they are back: lightship breakglass publish")
    return "\n".join(lines)


def became_facts(became: Outcome) -> dict[str, Any]:
    epoch, revision = became.scene.union.version
    receipts = [receipt.facts() for receipt in became.receipts]
    return {"epoch": epoch, "revision": revision, "proven": became.proven, "receipts": receipts}


def scene_words(scene: Scene, now: datetime) -> str:
    top = scene.union.version
    lines = ["What survives:", *(f"  {each.host.name}: {_held_words(each, now)}" for each in scene.states)]
    lines += [f"  {each.host}: passed over: {each.why}" for each in scene.unreadable]
    opened = scene.union.snapshot.open
    lines += ["", "Open:" if opened else "Nothing is open."]
    lines += [f"  {each.id}  {each.name} ({each.status}, last word {ago(each.updates[-1].display_at, now)})" for each in opened]
    if scene.pending:
        lines += ["", "Said from here, and not proven on every host yet (lightship breakglass publish):"]
        lines += [f"  {word.incident.name}, by {word.by}, {word.at}" for word in scene.pending]
    if not scene.agreed:
        lines += ["", f"Hosts differ. The next command here joins them (they hold up to revision {top[1]} of epoch {top[0]})."]
    return "\n".join(lines)


def _held_words(each: HostState, now: datetime) -> str:
    age = ago(each.manifest.at, now)
    words = [f"revision {each.manifest.revision} of epoch {each.manifest.epoch}, drawn {age}, signature right"]
    words.append(f"publisher last seen {ago(each.pulse.at, now)}" if each.pulse else "no pulse")
    if each.outside:
        words.append(f"can only be read: {each.outside}")
    if each.torn:
        words.append(f"torn, and believed: {', '.join(each.torn)}")
    return "; ".join(words)


def scene_facts(scene: Scene) -> dict[str, Any]:
    return {
        "hosts": [
            {
                "host": each.host.name,
                "epoch": each.manifest.epoch,
                "revision": each.manifest.revision,
                "at": stamp(each.manifest.at),
                "pulse": stamp(each.pulse.at) if each.pulse else None,
                "writable": not each.outside,
                "why": each.outside,
                "torn": list(each.torn),
            }
            for each in scene.states
        ],
        "lost": [asdict(each) for each in scene.unreadable],
        "open": [{"id": each.id, "name": each.name, "status": each.status} for each in scene.union.snapshot.open],
        "pending": [{"update": word.id, "incident": word.incident.id, "by": word.by, "at": word.at} for word in scene.pending],
        "agreed": scene.agreed,
    }
