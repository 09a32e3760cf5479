"""The desk's tables. What is public is only ever added, by the journal."""

from lightship.store.models.public import Component, Entry, Group, Incident, Page, StatusChange, Update, Wording
from lightship.store.models.record import Attempt, Receipt, Report

__all__ = [
    "Attempt",
    "Component",
    "Entry",
    "Group",
    "Incident",
    "Page",
    "Receipt",
    "Report",
    "StatusChange",
    "Update",
    "Wording",
]
