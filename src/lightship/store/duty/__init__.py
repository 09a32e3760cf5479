"""Who must speak, as rows: the roster and its changes, calendars from elsewhere, hand-overs, what the doctor asks of them."""
"""Duty as rows: who holds it, what is promised, and the messages to staff."""
"""Duty as rows: what somebody says is wrong, what support reports, and which posts nobody reads."""
