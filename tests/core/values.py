"""Any core value, for property tests: what a page may hold, however odd."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from lightship.core.model import (
    Change,
    Component,
    ComponentStatus,
    Facts,
    Group,
    Impact,
    Incident,
    Kind,
    Month,
    Page,
    Status,
    StatusChange,
    Update,
    Wording,
)
from lightship.core.site.state import State

IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=12, max_size=12)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# Whole milliseconds: that is what the wire carries.
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
MAYBE = st.none() | TIMES
STATUSES = st.sampled_from(ComponentStatus)
MONTHS = st.builds(lambda at: f"{at:%Y-%m}", TIMES)

FACTS = st.builds(
    Facts,
    symptom=WORDS,
    scope=WORDS,
    since=MAYBE,
    doing=WORDS,
    workaround=WORDS,
    estimate=MAYBE,
    no_estimate=st.booleans(),
    next_update=MAYBE,
    ended=MAYBE,
    cause=WORDS,
)
TEXTS = st.lists(st.builds(Wording, at=TIMES, body=WORDS, facts=FACTS), min_size=1, max_size=2).map(tuple)
CHANGES = st.builds(Change, component_id=IDS, name=WORDS, old=STATUSES, new=STATUSES)
COMPONENTS = st.builds(
    Component,
    id=IDS,
    name=WORDS,
    status=STATUSES,
    description=st.none() | WORDS,
    group_id=st.none() | IDS,
    position=st.integers(0, 999),
    showcase=st.booleans(),
    start_date=st.none() | st.dates(),
    only_show_if_degraded=st.booleans(),
    retired=st.booleans(),
    created_at=TIMES,
    updated_at=TIMES,
)
UPDATES = st.builds(
    Update,
    id=IDS,
    status=st.sampled_from(Status),
    wordings=TEXTS,
    created_at=TIMES,
    updated_at=TIMES,
    display_at=TIMES,
    changes=st.none() | st.lists(CHANGES, max_size=2).map(tuple),
    notify=st.booleans(),
)
INCIDENTS = st.builds(
    Incident,
    id=IDS,
    kind=st.sampled_from(Kind),
    name=WORDS,
    created_at=TIMES,
    updated_at=TIMES,
    started_at=TIMES,
    updates=st.lists(UPDATES, min_size=1, max_size=2).map(tuple),
    components=st.lists(COMPONENTS, max_size=1).map(tuple),
    impact_override=st.none() | st.sampled_from(Impact),
    scheduled_for=MAYBE,
    scheduled_until=MAYBE,
    auto_start=st.booleans(),
    auto_end=st.booleans(),
)
PAGES = st.builds(
    Page,
    id=IDS,
    slug=WORDS,
    name=WORDS,
    url=WORDS,
    time_zone=WORDS,
    description=WORDS,
    support_url=WORDS,
    promise_minutes=st.integers(1, 1440),
    created_at=TIMES,
    updated_at=TIMES,
)
GROUPS = st.builds(
    Group, id=IDS, name=WORDS, description=WORDS, position=st.integers(0, 999), created_at=TIMES, updated_at=TIMES
)
TURNS = st.builds(StatusChange, at=TIMES, change=CHANGES, id=IDS)
STATES = st.builds(
    State,
    revision=st.integers(0),
    epoch=st.integers(0),
    page=PAGES,
    groups=st.lists(GROUPS, max_size=1).map(tuple),
    components=st.lists(COMPONENTS, max_size=1).map(tuple),
    open=st.lists(INCIDENTS, max_size=1).map(tuple),
    months=st.lists(MONTHS, max_size=2).map(tuple),
)
ARCHIVES = st.builds(
    Month,
    month=MONTHS,
    incidents=st.lists(INCIDENTS, max_size=2).map(tuple),
    status_changes=st.lists(TURNS, max_size=2).map(tuple),
)
