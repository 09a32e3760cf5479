"""The desk's tables. What is public is only ever added, by the journal."""

from lightship.store.models.access import Attempt
from lightship.store.models.incident import Incident, StatusChange, Update, Wording
from lightship.store.models.journal import Entry
from lightship.store.models.page import Component, Group, Page
from lightship.store.models.record import Receipt, Report

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
