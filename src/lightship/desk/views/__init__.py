"""What staff see and do, one file a subject."""
