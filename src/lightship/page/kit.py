"""The front-line kit on the hosts: what support may say of each open incident, to read, to copy and for programs. The internal
sheet is not among it, for anybody may read a host."""

from lightship.core import kit
from lightship.core.kit import KINDS, Kit
from lightship.core.model import Snapshot
from lightship.core.wire import canonical, stamp
from lightship.page import prose, times
from lightship.page.render import render

FORMAT = "lightship-kit/1"
NAMES = {"phone": "On the telephone", "reply": "Help-desk reply", "chat": "In a chat", "social": "On the networks"}


def files(snapshot: Snapshot, frame: dict[str, object]) -> dict[str, bytes]:
    """`frame`: the context of shell.html."""
    made = kit.kits(snapshot, snapshot.at)
    texts = {f"kit/{name}.txt": _text(made, name, snapshot) for name in KINDS}
    html = render(
        "kit.html",
        **frame,
        kits=[{**_row(one), "name": prose.legal(one.name), "stamp": one.stamp} for one in made],
        names=NAMES,
        over=kit.over,
        made=stamp(snapshot.at),
        drawn=times.when(snapshot.at, snapshot.at),
        revision=snapshot.revision,
    )
    return {**texts, "kit/kit.json": _json(made, snapshot), "kit/index.html": html}


def _row(made: Kit) -> dict[str, object]:
    texts = {name: prose.legal(getattr(made, name)) for name in KINDS}
    return {
        "incident": made.incident,
        "expires": stamp(made.expires),
        "expired": made.expired,
        "until": made.good_until,
        **texts,
    }


def _text(made: tuple[Kit, ...], name: str, snapshot: Snapshot) -> bytes:
    """A file that nobody can count in: it says in words until when it may be used."""
    blocks = [f"{one.name}\n{one.stamp}\n\n{getattr(one, name)}\n" for one in made]
    nothing = f"Revision {snapshot.revision}. No incident is open, as of {times.text(snapshot.at)}.\n"
    return prose.legal("\n----\n\n".join(blocks) or nothing).encode()


def _json(made: tuple[Kit, ...], snapshot: Snapshot) -> bytes:
    return canonical(
        {
            "format": FORMAT,
            "page": snapshot.page.id,
            "epoch": snapshot.epoch,
            "revision": snapshot.revision,
            "at": stamp(snapshot.at),
            "kits": [{"name": one.name, **_row(one)} for one in made],
        }
    )
