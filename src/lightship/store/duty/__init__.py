"""Who must speak, as rows: the roster and its changes, calendars from elsewhere, hand-overs, what the doctor asks of them."""
"""Duty as rows: who holds it, what is promised, and the messages to staff."""
"""Duty as rows: what somebody says is wrong, what support reports, and which posts nobody reads."""
"""Rows of duty: who must speak, who is reached, and what is not proven."""
