"""Rows to values: what core, page and publishing work with."""
