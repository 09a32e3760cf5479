"""The desk's tables. What is public is only ever added, by the journal."""

from lightship.store.models.approval import Approval
from lightship.store.models.duty import Alert, Contact, Judgement, Nudge, Staffer
from lightship.store.models.front_line import CustomerReport, FrontLineLink
from lightship.store.models.public import Component, Entry, Group, Incident, Page, StatusChange, Update, Wording
from lightship.store.models.record import Attempt, Receipt, Report
from lightship.store.models.roster import Feed, HandOver, Override, Rotation

__all__ = [
    "Alert",
    "Approval",
    "Attempt",
    "Component",
    "Contact",
    "CustomerReport",
    "Entry",
    "Feed",
    "FrontLineLink",
    "Group",
    "HandOver",
    "Incident",
    "Judgement",
    "Nudge",
    "Override",
    "Page",
    "Receipt",
    "Report",
    "Rotation",
    "Staffer",
    "StatusChange",
    "Update",
    "Wording",
]
