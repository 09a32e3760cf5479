"""duty: who must speak now and next; take the clock, or pass it on."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, refusing, utc_now
from lightship.cli.speak import author
from lightship.core.duty.roster import Duty

if TYPE_CHECKING:
    from django.contrib.auth.models import User

duty_option = click.option("--duty", "about", type=click.Choice([*Duty]), default=Duty.WRITER, show_default=True, help="Which.")
by_option = click.option("--by", metavar="ACCOUNT", help="Who you are. Default: the account named like you.")


@click.group()
def duty() -> None:
    """Who must speak now, and who is next; take the clock, or pass it on.

    \b
    lightship duty show
    lightship duty take
    lightship duty pass bob
    """


@duty.command()
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="How far to look.")
@page_option
@json_option
@pass_app
def show(app: App, days: int) -> None:
    """Who holds each duty, who follows, and when nobody does. Exit status 1 where the writer or the deputy is missing now."""
    _, page = app.page()
    from datetime import timedelta

    from lightship.core.duty import roster as core  # after Django is set up
    from lightship.store.duty import roster

    now = utc_now()
    until = now + timedelta(days=days)
    shifts, held = roster.shifts(page, now, until), roster.holder(page, now)
    gaps = core.gaps(shifts, now, until, roster.policy(page).staffed)
    names = {account.id: account.username for account in roster.people()}
    facts: dict[str, Any] = {
        "holder": {name: user.username for name, user in held.items()},
        "on_duty": {name: user.username for name, user in roster.on_duty(page, now).items()},
        "shifts": [
            {"duty": s.duty, "person": names.get(s.person, ""), "starts": s.starts.isoformat(), "ends": s.ends.isoformat()}
            for s in shifts
        ],
        "gaps": [{"missing": [*g.missing], "starts": g.starts.isoformat(), "ends": g.ends.isoformat()} for g in gaps],
        "staffed": page.staffed,
    }
    missing = any(gap.starts <= now for gap in gaps)
    app.say("\n".join(_lines(facts)), facts, failed=missing)


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = []
    for name in Duty:
        holder, by_roster = facts["holder"].get(name), facts["on_duty"].get(name)
        differs = f" (by the roster {by_roster or 'nobody'})" if holder != by_roster else ""
        if holder or name in (Duty.WRITER, Duty.DEPUTY):
            lines.append(f"{name:9}{holder or 'NOBODY'}{differs}")
    lines += ["", *(f"{s['duty']:9}{_when(s['starts'])} to {_when(s['ends'])}  {s['person']}" for s in facts["shifts"])]
    for gap in facts["gaps"]:
        lines.append(f"NOBODY   {_when(gap['starts'])} to {_when(gap['ends'])}  no {' and no '.join(gap['missing'])}")
    return lines


def _when(text: str) -> str:
    return f"{datetime.fromisoformat(text):%a %Y-%m-%d %H:%M} UTC"


@duty.command()
@duty_option
@by_option
@page_option
@json_option
@pass_app
def take(app: App, about: str, by: str | None) -> None:
    """I speak now: you hold the clock at once. Where a hand-over waits for you, it confirms that.

    \b
    lightship duty take --by alice
    """
    _, page = app.page()
    from lightship.core.rules import Refused as NotDone  # after Django is set up
    from lightship.store.duty import handover

    person, now, name = _person(by), utc_now(), Duty(about)
    with refusing(NotDone):
        offered = any(row.taker_id == person.pk and row.duty == name for row in handover.offers(page, now))
        act = handover.take_over(page, name, person, now) if offered else handover.speak_now(page, person, now, name)
    giver = act.giver.username if act.giver else None
    app.say(
        f"{person.username} holds the clock now{f', after {giver}' if giver else ''}.",
        {"holder": person.username, "giver": giver},
    )


@duty.command("pass")
@click.argument("to", metavar="ACCOUNT")
@duty_option
@by_option
@page_option
@json_option
@pass_app
def pass_(app: App, to: str, about: str, by: str | None) -> None:
    """Ask ACCOUNT to take the clock from you. Until that is accepted, you hold it.

    \b
    lightship duty pass bob --by alice
    """
    _, page = app.page()
    from lightship.core.rules import Refused as NotDone  # after Django is set up
    from lightship.store.duty import handover

    with refusing(NotDone):
        row = handover.pass_on(page, _person(to), _person(by), utc_now(), Duty(about))
    app.say(f"{to} is asked. Until it is accepted, you hold the clock.", {"asked": to, "id": row.pk})


def _person(name: str | None) -> "User":
    person = author(name)
    if person is None:
        raise Refused("say who you are: --by ACCOUNT")
    return person
