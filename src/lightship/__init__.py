"""Lightship: the status page that stays lit when you go dark."""

__version__ = "0.1.0"
