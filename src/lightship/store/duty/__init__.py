"""Who must speak, as rows: the roster and its changes, calendars from elsewhere, hand-overs, what the doctor asks of them."""
