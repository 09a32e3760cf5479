"""The one Django app. Its label is `desk`, the name that its tables have had from the start."""

from django.apps import AppConfig


class Store(AppConfig):
    name = "lightship.store"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
