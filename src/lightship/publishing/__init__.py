"""Verbs of the public plane: order, and what to do when something fails."""
