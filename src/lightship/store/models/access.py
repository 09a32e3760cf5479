"""Attempts to sign in."""

from django.db import models


class Attempt(models.Model):
    """A failed sign-in, stored for as long as it slows down the next."""

    who = models.CharField(max_length=320, db_index=True)
    at = models.DateTimeField()
