"""The one Django app."""

from django.apps import AppConfig


class Desk(AppConfig):
    name = "lightship.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
