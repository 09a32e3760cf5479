"""Rows of the front line: links by which support reports without an account, and what customers reported. Nothing of it is
public."""

from django.conf import settings
from django.db import models

from lightship.config.ids import new_id
from lightship.store.models.public import Page


class FrontLineLink(models.Model):
    """A link to the front-line button of a page. Whoever has it may report; `digest` is the SHA-256 of its token, which is
    shown once and stored nowhere."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="front_line_links")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")


class CustomerReport(models.Model):
    """Customers report something: the components that support tapped, one line, and a reference to the customer. It came by
    a link, or from an account. `id` is made by the form, so that a form sent twice is one report."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="customer_reports")
    at = models.DateTimeField()
    link = models.ForeignKey(FrontLineLink, models.SET_NULL, null=True, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=255, blank=True, default="")
    customer = models.CharField(max_length=80, blank=True, default="")
    components = models.JSONField(default=list)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("page", "-at"), name="customer_report_newest"),)
