"""kit: what support may say of what is open."""

from dataclasses import asdict

import click

from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, utc_now
from lightship.core.kit import Kit
from lightship.core.model import Kind

LABELS = {"phone": "TELEPHONE", "reply": "REPLY", "chat": "CHAT", "social": "SOCIAL POST", "sheet": ""}


@click.command()
@click.argument("incident", default="")
@page_option
@json_option
@pass_app
def kit(app: App, incident: str) -> None:
    """What to say on the telephone, in a reply, in a chat and on the networks, and the internal sheet.

    \b
    lightship kit                     of everything open
    lightship kit ndss88egt44n        of one INCIDENT
    """
    config, page = app.page()
    from lightship.core import kit as core
    from lightship.core.duty.policy import Policy
    from lightship.store.read import rows, snapshot  # after Django is set up

    now, policy = utc_now(), Policy.of(page.policy)
    shot = snapshot.take(page, config.url, (), now)
    kits = core.kits(shot, now, policy)
    if incident:
        row = page.incidents.filter(pk=incident, open=True, kind=Kind.INCIDENT).first()
        if row is None:
            raise Refused(f"there is no open incident {incident!r}; `lightship kit` without a name shows what is open")
        kits = (core.kit(shot, rows.incident(row), now, policy),)
    app.say("\n\n\n".join(map(_printed, kits)) or "No incident is open.", [asdict(made) for made in kits])


def _printed(made: Kit) -> str:
    blocks = [f"{made.name} ({made.incident})\n{made.stamp}"]
    if made.expired:
        return "\n\n".join([*blocks, made.sheet])
    return "\n\n".join([*blocks, *("\n".join(filter(None, (label, getattr(made, name)))) for name, label in LABELS.items())])
