"""Who must speak, and by when."""
