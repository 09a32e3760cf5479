"""A desk again: from a bare machine, or from what hosts still hold."""
