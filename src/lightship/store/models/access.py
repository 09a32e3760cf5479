"""Who tries to come in."""

from django.db import models


class Attempt(models.Model):
    """A failed sign-in, kept for as long as it slows the next one down."""

    who = models.CharField(max_length=320, db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.who
