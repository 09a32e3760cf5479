"""Times in templates: in the page's zone without JavaScript, counting along with it."""

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lightship.core import durations
from lightship.core.model import ComponentStatus
from lightship.desk.views.duty_lines import card
from lightship.desk.views.first_word import first_word_now
from lightship.page.labels import TONE
from lightship.page.prose import block
from lightship.store.models import Page

register = template.Library()


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """`14:02 CET`, with day and year where today does not share them."""
    if not at:
        return ""
    local, now = timezone.localtime(at), timezone.localtime()
    year = "" if local.year == now.year else f" {local.year}"
    day = "" if local.date() == now.date() else f"{local.day} {local:%b}{year}, "
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), f"{day}{local:%H:%M %Z}")


@register.filter
def weekday(at: datetime) -> SafeString:
    """`Mon 23 Nov 09:00`: for times of the next weeks."""
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), f"{local:%a} {local.day} {local:%b %H:%M}")


@register.inclusion_tag("desk/bits/duty_card.html", takes_context=True)
def duty_card(context: template.Context) -> dict[str, Any]:
    """Who holds the clock, on the first view of the desk."""
    request = context["request"]
    own = {name: context.get(name) for name in ("csrf_token", "user")}
    return {**own, **card(context["page"], request.user, timezone.now()), "to": "page"}


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """`3 s ago`; desk.js counts on."""
    return _counting(at, "ago", durations.ago(at, timezone.now())) if at else ""


@register.filter
def due(at: datetime | None) -> SafeString | str:
    """`in 12 min`, or `12 min late`; desk.js counts on."""
    if not at:
        return ""
    now = timezone.now()
    return _counting(at, "due", f"in {durations.span(at - now)}" if at > now else f"{durations.span(now - at)} late")


def _counting(at: datetime, kind: str, text: str) -> SafeString:
    return format_html('<time datetime="{}" data-count="{}">{}</time>', at.isoformat(), kind, text)


@register.filter
def prose(source: str) -> SafeString:
    """Markdown, rendered and sanitised as on the public page."""
    return SafeString(block(source))


@register.inclusion_tag("desk/bits/first_word.html")
def first_word(page: Page) -> dict[str, Any]:
    """The clock of the first word, and what customers report, beside the writer's form."""
    return first_word_now(page, timezone.now())


@register.inclusion_tag("desk/bits/reports_beside.html")
def customer_reports(page: Page) -> dict[str, Any]:
    """What customers report, beside the form of an update."""
    return first_word_now(page, timezone.now())


@register.filter
def code(text: str) -> SafeString:
    """Text in backticks as code."""
    parts = (("<code>{}</code>" if number % 2 else "{}", part) for number, part in enumerate(text.split("`")))
    return format_html_join("", "{}", ((format_html(shape, part),) for shape, part in parts))


@register.filter
def zone(page: Page) -> str:
    """`Vienna time`."""
    return page.time_zone.rsplit("/", 1)[-1].replace("_", " ") + " time"


@register.filter
def tone(status: str) -> str:
    """The class of a component's status, given as a form gives it."""
    return TONE[ComponentStatus(status)]


@register.filter
def places(page: Page, path: str) -> list[dict[str, Any]]:
    """The ways through the desk, and which of them `path` is on."""
    places = [{"name": name, "href": reverse(view, args=(page.slug,))} for view, name in _PLACES]
    home = places[0]["href"]
    path = path.replace(f"{home}groups/", f"{home}parts/")
    here = next((place for place in [*places[1:], places[0]] if path.startswith(place["href"])), None)
    return [{**place, "here": place is here} for place in places]


_PLACES = (
    ("page", "Now"),
    ("duty", "Duty"),
    ("plan", "Plan work"),
    ("components", "Components"),
    ("hosts", "Hosts"),
    ("front-line-links", "Front line"),
    ("doctor", "Doctor"),
    ("drills", "Drills"),
    ("scorecard", "Scorecard"),
    ("history", "History"),
    ("journal", "Journal"),
    ("settings", "Settings"),
)
