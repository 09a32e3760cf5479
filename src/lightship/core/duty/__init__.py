"""Who must speak, and when."""
