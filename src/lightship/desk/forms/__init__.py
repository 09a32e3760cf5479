"""What staff type, checked for form; whether it may be said is the journal's to judge."""
