"""The one door that writes public truth. Each deed is one transaction that adds rows and one numbered entry.

`entry` numbers the entries; `speak` is what staff say of incidents and maintenance; `arrange` makes and describes pages,
groups and components; `load` takes in a whole history from elsewhere.
"""

from lightship.desk.journal.entry import JournalError, Overtaken
from lightship.desk.journal.speak import (
    Opening,
    Say,
    Window,
    correct,
    keep_time,
    open_incident,
    rename,
    reschedule,
    schedule,
    turn,
    update,
)

__all__ = [
    "JournalError",
    "Opening",
    "Overtaken",
    "Say",
    "Window",
    "correct",
    "keep_time",
    "open_incident",
    "rename",
    "reschedule",
    "schedule",
    "turn",
    "update",
]
