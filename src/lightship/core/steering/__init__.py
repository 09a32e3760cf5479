"""Where the name should point."""
