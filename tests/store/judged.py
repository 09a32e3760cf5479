"""Incidents as rows with how they were judged, and the alerts before them: a history for scorecards to be read from."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User

from lightship.core.duty.cards import Case
from lightship.store.journal import insert
from lightship.store.models import Alert, Judgement, Page


def write(page: Page, cases: Iterable[Case], people: Mapping[str, User]) -> None:
    """`people`: the accounts of those who held the clock, by the names that judgements give."""
    for case in cases:
        row = insert.incident(page, case.incident)
        row.practice = case.practice
        row.save(force_insert=True)
        insert.updates(page, [(case.incident, update) for update in case.incident.updates])
        Judgement.objects.bulk_create(
            Judgement(
                update_id=update_id,
                verdict=judgement.verdict,
                overridden=judgement.overridden,
                unapproved=judgement.unapproved,
                holder=people.get(judgement.holder),
            )
            for update_id, judgement in case.judgements.items()
        )
        for at, source in [*((at, "person") for at in case.alerts), *((at, "reports") for at in case.support)]:
            Alert.objects.create(page=page, at=at, source=source, summary="Mail is slow", incident=row, practice=case.practice)
