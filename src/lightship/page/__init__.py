"""How it looks: a snapshot in, `{path: bytes}` out. Pure functions; the same arguments give the same bytes."""

from lightship.page.site import build, front, index, leaf, month

__all__ = ["build", "front", "index", "leaf", "month"]
