"""How an update typed in a terminal is judged before it is posted, and what its author may say to that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from lightship.cli.clarity import show, vague_option
from lightship.cli.compose import in_order
from lightship.cli.shared import Refused, refusing
from lightship.core import rules
from lightship.core.drafts import drafted
from lightship.core.duty.judged import Judged, VagueError, judge
from lightship.core.model import Kind
from lightship.core.updates import NewUpdate

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from lightship.store.models import Incident, Page

unapproved_option = click.option(
    "--unapproved-because", default="", metavar="REASON", help="Post it without the approval that the page asks for."
)
judging_options = in_order(vague_option, unapproved_option)
practice_option = click.option("--practice", is_flag=True, help="Everything runs, and no reader sees any of it.")


def judged(
    page: "Page", row: "Incident | None", new: NewUpdate, options: Mapping[str, Any], by: "User | None", now: datetime
) -> tuple[NewUpdate, Judged | None]:
    """The update with its text and promise, and how it was judged. Planned work is not judged."""
    from lightship.store.read import rows  # after Django is set up

    practice = options.get("practice", False) or bool(row and row.practice)
    incident = rows.incident(row) if row else None
    new, draft = drafted(rows.page_now(page, new.at or now, practice=practice), incident, new, now)
    if incident and incident.kind is Kind.MAINTENANCE:
        return new, None
    unapproved = _unapproved(page, row, options.get("unapproved_because", ""), by, now) if row else ""
    with refusing(rules.Refused):
        try:
            return new, replace(judge(draft, options["vague_because"]), unapproved=unapproved)
        except VagueError as error:
            way = "Say it in the text or by an option such as --scope; or post it as it is with --vague-because REASON"
            raise Refused(f"{show(error.report)}\nNothing was posted. {way}") from error


def _unapproved(page: "Page", row: "Incident", reason: str, by: "User | None", now: datetime) -> str:
    """Why it is posted without an approval; refused where one can be had."""
    from lightship.store.duty import approval  # after Django is set up

    if not approval.asks(page, row):
        return ""
    person, why = approval.approver(page, by, now)
    if person and not reason.strip():
        raise Refused(f"{person} is to read this first: post it in the desk, or give --unapproved-because REASON")
    return " ".join(reason.split())[:255] if person else why
