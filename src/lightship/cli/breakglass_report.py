"""What survives, and the outcome of a break-glass post: for people, and for machines."""

import socket
from dataclasses import asdict
from datetime import datetime
from typing import Any

from lightship.breakglass.pending import NAME, PendingUpdate
from lightship.breakglass.speak import Outcome, Scene
from lightship.core.durations import ago
from lightship.core.wire import stamp
from lightship.publishing.survey import HostState

HOW = """\
Say it from here, and it goes to every host that can be reached:

  lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down
  lightship breakglass update "A failed controller; moving mailboxes." --state known
  lightship breakglass resolve "All mailboxes are on new hardware."
  lightship breakglass publish         bring hosts up that were away, and what is not proven yet"""


def became_words(outcome: Outcome) -> str:
    snapshot = outcome.scene.union.snapshot
    lines = [f"{r.host}: {r.verdict}{': ' + r.reason if r.reason else ''} ({r.milliseconds} ms)" for r in outcome.receipts]
    lines.append(f"revision {snapshot.revision} of epoch {snapshot.epoch}")
    if not outcome.proven:
        where = f"Kept in {NAME}"
        if outcome.unkept:
            where = f"Not kept on this machine, only where it is proven: {outcome.unkept}"
        lines.append(f"Not on every host yet. {where}; when they are back: lightship breakglass publish")
    return "\n".join(lines)


def became_facts(outcome: Outcome) -> dict[str, Any]:
    epoch, revision = outcome.scene.union.version
    receipts = [receipt.facts() for receipt in outcome.receipts]
    return {"epoch": epoch, "revision": revision, "proven": outcome.proven, "receipts": receipts}


def staff_message(pending: PendingUpdate, outcome: Outcome) -> tuple[str, str]:
    """Subject and body."""
    update = next(update for update in pending.incident.updates if update.id == pending.id)
    page = outcome.scene.union.snapshot.page
    subject = f"Break-glass on {page.name}: {pending.incident.name} ({update.status})"
    body = [
        f"{pending.by} at {socket.gethostname()} spoke without the desk, {pending.at}:",
        "",
        update.body or "(no text)",
        "",
        became_words(outcome),
        "",
        f"Readers see it at {page.url}. When the desk is back, it says so on every view: take in there what was said here.",
    ]
    return subject, "\n".join(body)


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
