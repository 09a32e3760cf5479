"""The desk's tables. What is public is only ever added, by the journal."""

from lightship.store.models.duty import Alert, Contact, Judgement, Nudge, Staffer
from lightship.store.models.public import Component, Entry, Group, Incident, Page, StatusChange, Update, Wording
from lightship.store.models.record import Attempt, Receipt, Report

__all__ = [
    "Alert",
    "Attempt",
    "Component",
    "Contact",
    "Entry",
    "Group",
    "Incident",
    "Judgement",
    "Nudge",
    "Page",
    "Receipt",
    "Report",
    "Staffer",
    "StatusChange",
    "Update",
    "Wording",
]
