"""The only writer of public truth: each action is one transaction that adds rows and one numbered entry.

`entry` numbers the entries; `updates` is what staff and the clock do, `duplicates` what was done already; `endings` withdraws
and merges; `structure` makes and describes pages, groups and components. `history/load` takes in a history from elsewhere.
"""

from lightship.core.updates import NewIncident, NewUpdate, Window
from lightship.store.journal.duplicates import Duplicate, OpenAlready
from lightship.store.journal.endings import merge, withdraw
from lightship.store.journal.entry import JournalError, Overtaken
from lightship.store.journal.updates import correct, keep_time, open_incident, rename, reschedule, schedule, set_status, update

__all__ = [
    "Duplicate",
    "JournalError",
    "NewIncident",
    "NewUpdate",
    "OpenAlready",
    "Overtaken",
    "Window",
    "correct",
    "keep_time",
    "merge",
    "open_incident",
    "rename",
    "reschedule",
    "schedule",
    "set_status",
    "update",
    "withdraw",
]
