"""A form that was opened before a colleague posted: what its author did not touch follows the newest update, and what both
changed is named before anything is posted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict

from lightship.core.history import left
from lightship.core.model import Incident


@dataclass(frozen=True, slots=True)
class Difference:
    """What a colleague changed under the author's hands. `mine` empty: the author had not touched it, and the form follows."""

    name: str
    label: str
    theirs: str
    mine: str = ""


def as_read(incident: Incident, update_id: str) -> Incident:
    """The incident as it stood when `update_id` was its newest update; as it is, if it has no such update."""
    read = next((update for update in incident.updates if update.id == update_id), None)
    if read is None:
        return incident
    then = replace(incident, updates=tuple(u for u in incident.updates if u.created_at <= read.created_at))
    levels = left(then)
    return replace(then, components=tuple(replace(c, status=levels[c.id]) for c in incident.components if c.id in levels))


def follow(form: forms.Form, then: forms.Form, newest: forms.Form) -> tuple[Difference, ...]:
    """Bring the posted `form` to `newest` where it still says what it said `then`, when its author opened it."""
    data, differences = _copy(form), list[Difference]()
    for name in [name for name in form.fields if not form[name].is_hidden and name in newest.fields]:
        field, base, now = newest.fields[name], _initial(then, name), _initial(newest, name)
        if not field.has_changed(base, now):
            continue
        mine, theirs = form[name].data, newest[name].value()
        if not field.has_changed(base, mine):
            _fill(data, newest, name)
            differences.append(Difference(name, str(field.label), shown(field, theirs)))
        elif field.has_changed(now, mine):
            differences.append(Difference(name, str(field.label), shown(field, theirs), shown(field, mine)))
    form.data = data
    return tuple(differences)


def _copy(form: forms.Form) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(form.data)
    return data


def _initial(form: forms.Form, name: str) -> Any:
    return form.get_initial_for_field(form.fields[name], name) if name in form.fields else None


def _fill(data: QueryDict, newest: forms.Form, name: str) -> None:
    """As a browser would send it."""
    field, value = newest.fields[name], newest[name].value()
    if isinstance(field, forms.BooleanField):
        data.pop(name, None)
        if value:
            data[name] = "on"
    else:
        data[name] = field.widget.format_value(value) or "" if not isinstance(field, forms.ChoiceField) else str(value or "")


def shown(field: forms.Field, value: Any) -> str:
    """A field's value as its author reads it."""
    if isinstance(field, forms.ChoiceField):
        return str(dict(_flat(field)).get(str(value or ""), value))
    if isinstance(field, forms.BooleanField):
        return "yes" if value else "no"
    text = str(field.widget.format_value(value) or "") if value else ""
    return text.replace("T", " ") if isinstance(field, forms.DateTimeField) else text or "nothing"


def _flat(field: forms.ChoiceField) -> Sequence[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in field.choices]  # type: ignore[union-attr, misc]
