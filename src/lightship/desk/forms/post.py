"""What forms that post share: they ask for facts; the text is written from these unless its author writes it by hand, and it is
judged before it is posted."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms

from lightship.core import compose, wire
from lightship.core.clarity import Draft, Report, Verdict, check
from lightship.core.drafts import drafted
from lightship.core.duty import judged, promises
from lightship.core.duty.judged import Judged
from lightship.core.duty.policy import LONG_OPEN, Policy
from lightship.core.model import ENDED, Impact, Incident, Kind, Status
from lightship.core.rules import Refused, millisecond
from lightship.desk.forms.base import Moment, Prose, TextField, offer
from lightship.desk.forms.facts import FactsForm
from lightship.store.journal import NewUpdate
from lightship.store.models import Page
from lightship.store.read import rows

USUAL = "usual"
SHORTER, LONGER = (5, 10, 15, 20, 30, 45, 60), (60, 120, 240, 480)
"""Minutes that a form offers beside the usual."""
UP_FRONT = {"components", "how", "symptom", "doing", "body", "promise", "promise_at", "status", "because", "practice"}
VAGUE = "As it is, this says little that a reader could repeat. Answer one of the questions, or say why it must go out so."


class PostForm(FactsForm):
    """An update, the first or a later one, and the promise of the next. `composed`: the text in the box is ours, and nobody
    changed it; `timed`: when it says that the next update is due. `draft`, `report` and `judged` are there once the form was
    validated, the last only if it may be posted."""

    adds = True
    body = Prose(label="The text that readers get", rows=4)
    composed = forms.BooleanField(required=False)
    timed = forms.CharField(widget=forms.HiddenInput, required=False)
    promise = forms.ChoiceField(label="Next update", widget=forms.RadioSelect, required=False)
    promise_at = Moment(label="Or at")
    at = Moment(label="Date this post back to")
    as_is = forms.BooleanField(required=False, label="Post it as it is, because")
    because = TextField(required=False, label="Why it must go out as it is", max_length=judged.REASON_LIMIT)

    incident: Incident | None = None
    draft: Draft | None = None
    report: Report | None = None
    judged: Judged | None = None
    new: NewUpdate

    def __init__(self, *args: Any, page: Page, **more: Any) -> None:
        self.page, self.policy = page, Policy.of(page.policy)
        super().__init__(*args, **more)

    def offer_promises(self) -> None:
        """Up to the interval; longer ones once it has been open for long. Of planned work, none need be made."""
        incident, minutes = self.incident, self.page.promise_minutes
        if incident and incident.kind is Kind.MAINTENANCE:
            choices = [(str(count), interval(count)) for count in sorted({15, 30, 60, minutes})]
            offer(self, "promise", [*choices, ("none", "No promise")])
            self.initial.setdefault("promise", "none")
            return
        usual = promises.interval(incident, minutes, self.policy) // timedelta(minutes=1) if incident else minutes
        long_open = incident and self.now - incident.started_at >= LONG_OPEN
        counts = [count for count in SHORTER if count < usual][-2:]
        later = [count for count in LONGER if long_open and count > usual]
        offered = [(str(count), interval(count)) for count in (*counts, *later)]
        offered.insert(len(counts), (USUAL, interval(usual)))
        offer(self, "promise", offered)
        self.initial.setdefault("promise", USUAL)

    def usual_hint(self) -> str:
        """Where the usual is another than the one that is offered."""
        hints = []
        if self.policy.critical < self.page.promise_minutes:
            hints.append(f"{self.policy.critical} min while everything is down")
        if self.policy.monitoring:
            hints.append(f"{self.policy.monitoring} min while a fix is watched")
        return f"By this page's rules: {'; '.join(hints)}." if hints else ""

    def more_open(self) -> bool:
        return self.wrong(*(set(self.fields) - UP_FRONT))

    def new_update(self) -> NewUpdate:
        """What the form says, as far as it is valid, without text and promise where it leaves them to us."""
        raise NotImplementedError

    def update_of(self, status: Status, **more: Any) -> NewUpdate:
        data, chosen = self.cleaned_data, self.cleaned_data.get("promise") or self.initial["promise"]
        due = data.get("promise_at")
        usual = due is None and chosen == USUAL
        if due is None and chosen.isdecimal():
            due = millisecond(self.now) + timedelta(minutes=int(chosen))
        body = "" if data.get("composed") else data.get("body", "")
        facts = self.facts(None if status in ENDED else due)
        return NewUpdate(status=status, body=body, facts=facts, promise_usual=usual, at=data.get("at"), **more)

    def write(self) -> None:
        """The text, its promise and its report; and, where nothing else is wrong, whether it may be posted. Planned work is no
        news of an outage, and not judged."""
        new = self.new_update()
        page_now = rows.page_now(self.page, new.at or self.now, practice=bool(self.row and self.row.practice))
        by_hand = bool(new.body.strip())
        impact = Impact(chosen) if (chosen := self.cleaned_data.get("impact")) else None
        self.new, self.draft = drafted(page_now, self.incident, new, self.now, impact)
        if by_hand and (due := self.new.facts.next_update):
            body = compose.retimed(self.new.body, _moment(self.cleaned_data.get("timed", "")) or due, due, self.now)
            self.new, self.draft = replace(self.new, body=body), replace(self.draft, body=body)
        if self.incident and self.incident.kind is Kind.MAINTENANCE:
            if not self.draft.body.strip():
                self.add_error("body", judged.EMPTY)
            return
        self.report = check(self.draft)
        if not self.errors:
            self._judge(self.draft)

    def _judge(self, draft: Draft) -> None:
        because = self.cleaned_data.get("because", "") if self.cleaned_data.get("as_is") else ""
        try:
            self.judged = judged.judge(draft, because)
        except judged.VagueError as error:
            if self.data.get("go") == "preview":
                self.judged = Judged(verdict=Verdict.VAGUE, findings=error.report.findings)
            else:
                self.add_error("because", VAGUE)
        except Refused as error:
            self.add_error("body", str(error))

    def findings(self) -> list[dict[str, str]]:
        """What the text lacks, a line each, with the id of the field that answers it."""
        targets = {"next_update": "promise_at", "affected": "components"}
        lines = []
        for finding in self.report.findings if self.report else ():
            name = targets.get(finding.field, finding.field)
            target = self[name].auto_id if name in self.fields else ""
            lines.append({"message": finding.message, "question": finding.question, "target": target})
        return lines

    def vague(self) -> bool:
        return bool(self.report and self.report.verdict is Verdict.VAGUE)

    def clean(self) -> dict[str, Any]:
        super().clean()
        promised, status = self.cleaned_data.get("promise_at"), self.cleaned_data.get("status")
        if promised and promised <= self.now and status not in ENDED:
            self.add_error("promise_at", promises.PASSED)
        return self.cleaned_data


def _moment(text: str) -> datetime | None:
    try:
        return wire.moment(text)
    except ValueError:
        return None


def interval(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"in {hours} h" if hours and not rest else f"in {minutes} min"
