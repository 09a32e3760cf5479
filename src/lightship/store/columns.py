"""Which columns are fields of core's values under the same name, so that rows and values are made from each other by a list."""

from collections.abc import Iterable
from typing import Any

WINDOW = ("scheduled_for", "scheduled_until")
ENDINGS = ("withdrawn", "merged_into")
SHOWN = ("staffed", "kit", "scorecard")
GROUP = ("id", "name", "created_at", "updated_at", "description", "position")
COMPONENT = (*GROUP, "group_id", "showcase", "start_date", "only_show_if_degraded", "retired")
PAGE = ("id", "name", "created_at", "updated_at", "description", "time_zone", "support_url", "promise_minutes", *SHOWN)
INCIDENT = ("id", "name", "created_at", "updated_at", "started_at", *WINDOW, "auto_start", "auto_end", *ENDINGS)
CHANGE = ("component_id", "name", "old", "new")
UPDATE = ("id", "created_at", "updated_at", "display_at", "notify", "speaker", "automatic")


def values(source: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def fitting(source: object, names: Iterable[str]) -> dict[str, Any]:
    """For a row: other tools have names that are longer than ours."""
    columns = values(source, names)
    return {**columns, "name": columns["name"][:255]}
