"""Who may come in, and how often they may try."""
