"""Who must post an update, and when."""
