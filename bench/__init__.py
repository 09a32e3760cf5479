"""Measurements: ratios of two things measured in the same run, because machines differ and may be busy."""
