"""Duty as rows: who must speak and who holds it, what is promised, what support reports, and the messages to staff."""
