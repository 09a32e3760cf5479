"""Duty as rows: who must speak and who holds it, what is promised, what support reports, and the messages to staff."""

"""Who must speak, as rows: the roster, hand-overs, and messages to staff."""

"""Rows of duty: who must speak, who is reached, and what is not proven."""
