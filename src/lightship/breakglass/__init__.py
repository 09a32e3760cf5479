"""Speak without a desk, from any surviving host's state."""
