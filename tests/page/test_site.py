"""The site as a whole: what is written, in which order and size, and that every link in it leads somewhere."""

import gzip
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from shutil import copytree
from typing import Any

import pytest
from tests.page import sample
from tests.page.conftest import rendered
from tests.page.texts import TALES

from lightship import page as paper
from lightship.core.model import Change, ComponentStatus, Facts, HostLink, Status, StatusChange, Wording
from lightship.core.site.state import archive_in, state_in
from lightship.page import prose, render

S = ComponentStatus
CONTRACT = [
    "history/index.html",
    "api/v2/summary.json",
    "api/v2/status.json",
    "api/v2/components.json",
    "api/v2/incidents.json",
    "api/v2/incidents/unresolved.json",
    "api/v2/scheduled-maintenances.json",
    "api/v2/scheduled-maintenances/upcoming.json",
    "api/v2/scheduled-maintenances/active.json",
    "history.atom",
    "history.rss",
    "feed.json",
    "maintenance.ics",
    "badge.svg",
    "embed.js",
    "sw.js",
    "lightship/state.json",
    "404.html",
    "503.html",
    "robots.txt",
    "sitemap.xml",
    "index.html",
]


def front_text(snapshot: Any) -> str:
    return paper.index(snapshot).decode()


@pytest.mark.parametrize(("broken", "most"), [(3, 8000), (10, 14100)])
def test_the_front_page_fits_the_first_round_trip(broken: int, most: int) -> None:
    assert len(gzip.compress(paper.index(sample.snapshot(broken)), 9)) <= most


def test_the_front_holds_every_file_of_the_contract_and_its_page_last() -> None:
    files = paper.front(sample.snapshot())
    assert sorted(files) == sorted(CONTRACT)
    assert list(files)[-1] == "index.html"
    assert files["index.html"] == paper.index(sample.snapshot())


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert rendered(sample.snapshot()) == rendered(sample.snapshot())


def test_state_and_archives_can_be_read_back() -> None:
    snapshot = sample.snapshot()
    files = rendered(snapshot)
    state = state_in(files["lightship/state.json"])
    assert state.open == snapshot.open
    assert state.months == ("2026-11", "2026-10", "2025-12")
    assert archive_in(files["lightship/archive/2026-11.json"]).incidents == snapshot.recent


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.entries.append(value)
            if name == "id" and value:
                self.ids.add(value)


def test_every_link_leads_to_a_file_of_the_site() -> None:
    files = rendered(sample.snapshot())
    for path, body in files.items():
        if not path.endswith(".html"):
            continue
        links = _Links()
        links.feed(body.decode())
        for href in links.entries:
            assert not href.startswith("/"), (path, href)
            if re.match(r"(https?|data|mailto):", href):
                continue
            target, _, anchor = href.partition("#")
            if target:
                assert normpath(f"{dirname(path)}/{target}".lstrip("/")) in files, (path, href)
            else:
                assert anchor in links.ids, (path, href)


def test_nothing_is_inline_that_the_policy_does_not_name() -> None:
    for path, body in rendered(sample.snapshot()).items():
        if path.endswith(".html"):
            html = body.decode()
            assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
            assert not re.search(
                r"<[^>]+\s(on\w+|style)=", html.split("<style>")[0] + html.split("</style>")[1].split("<script>")[0]
            )


def test_a_page_name_with_html_in_it_stays_a_name() -> None:
    page = replace(sample.PAGE, name="<script>alert(1)</script>", description="<b>", support_url="javascript:alert(1)")
    hosts = (HostLink("<i>", "javascript:alert(1)"), HostLink("x", "https://x.example;script-src *"))
    for path, body in rendered(replace(sample.snapshot(), page=page, hosts=hosts)).items():
        if path.endswith(".html"):
            assert b"<script>alert" not in body
            assert b'href="javascript:' not in body
            assert b"example;script-src" not in body.split(b"<title>")[0]


def test_markdown_is_shown_and_scripts_in_it_are_not() -> None:
    body = "**Bold** <script>alert(1)</script> [x](javascript:alert(1)) [help](https://a.example)\n\n# Big\n\n![i](https://t.example)"
    incident = sample.snapshot(1).open[0]
    last = replace(incident.updates[-1], wordings=(Wording(sample.NOW, body, Facts(doing="See <img src=x onerror=a()>")),))
    html = front_text(replace(sample.snapshot(1), open=(replace(incident, updates=(last,)),)))
    assert "<strong>Bold</strong>" in html
    assert '<a href="https://a.example" rel="nofollow noopener">help</a>' in html
    assert "<h3>Big</h3>" in html
    assert "<script>alert" not in html
    assert 'href="javascript:' not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("body", "html", "text"),
    [
        ("a<br />b<BR>c", "<p>a<br>\nb<br>\nc</p>", "a b c"),
        ("a<br />\nb", "<p>a<br>\nb</p>", "a b"),
        ("a<br />\n<br />\nb", "<p>a</p>\n<p>b</p>", "a b"),
        ('<p>a</p><p class="x">\n    b</p>', "<p>a</p>\n<p>b</p>", "a b"),
        ("`<br>` <b>a</b> <pre>", "<p><code>&lt;br&gt;</code> &lt;b&gt;a&lt;/b&gt; &lt;pre&gt;</p>", "<br> <b>a</b> <pre>"),
        ("[c](//evil.example)", '<p><a rel="nofollow noopener">c</a></p>', "c"),
    ],
)
def test_imported_line_breaks_are_line_breaks_and_other_tags_are_text(body: str, html: str, text: str) -> None:
    assert str(prose.block(body)) == html
    assert prose.plain(body) == text


def test_a_megabyte_of_update_is_shown() -> None:
    incident = sample.snapshot(1).open[0]
    last = replace(incident.updates[-1], wordings=(Wording(sample.NOW, "word " * 200_000),))
    assert len(front_text(replace(sample.snapshot(1), open=(replace(incident, updates=(last,)),)))) > 1_000_000


@pytest.mark.parametrize(
    ("change", "differs"),
    [({"name": "B"}, True), ({"time_zone": "Europe/Vienna"}, True), ({"updated_at": sample.NOW + timedelta(days=9)}, False)],
)
def test_the_build_changes_with_what_leaves_depend_on(change: dict[str, Any], differs: bool) -> None:
    before = paper.build(sample.PAGE, sample.HOSTS)
    assert (paper.build(replace(sample.PAGE, **change), sample.HOSTS) != before) is differs
    assert paper.build(sample.PAGE, sample.HOSTS[:1]) != before


def test_pages_are_made_anew_when_any_source_of_theirs_changes(tmp_path: Path) -> None:
    root = Path(render.__file__).parents[1]
    for name, more in (("same", ""), ("changed", "# more\n")):
        for room in ("core", "page"):
            copytree(root / room, tmp_path / name / room)
        with (tmp_path / name / "core/site/state.py").open("a") as file:
            file.write(more)
    assert render.fingerprint(tmp_path / "same") == render.fingerprint() != render.fingerprint(tmp_path / "changed")


def headline(snapshot: Any) -> str:
    found = re.search(r"<h1>(.*?)</h1>", front_text(snapshot))
    assert found
    return found[1]


def test_the_headline_is_a_sentence_for_every_state() -> None:
    calm = sample.snapshot(0, planned=())
    down = tuple(replace(c, status=S.MAJOR) if c.name == "Webmail" else c for c in calm.components)
    slow = tuple(replace(c, status=S.DEGRADED) if c.position < 2 else c for c in calm.components)
    work = (sample.maintenance(Status.IN_PROGRESS, hours=-1),)
    table = [
        (calm, "Everything is working"),
        (replace(calm, components=down), "Webmail: down"),
        (replace(calm, components=slow), "Five parts are not working as they should"),
        (sample.snapshot(0, planned=work), "Planned work: New disks for the databases"),
        (sample.snapshot(1), "Webmail is down for customers on the Graz servers"),
        (sample.snapshot(3), "Two things are broken, one more is being watched"),
        (sample.snapshot(0, planned=(), components=()), "No incident is open"),
    ]
    for snapshot, said in table:
        assert headline(snapshot) == said


def test_a_missed_promise_is_called_late_without_any_script() -> None:
    snapshot = sample.snapshot(1)
    due = "<time datetime=2026-11-22T14:30Z>14:30 UTC</time>"
    early = front_text(snapshot)
    assert f"Next update by {due}<span>; later than that, it is overdue.</span>" in early
    assert '"due late"' not in early
    late = front_text(replace(snapshot, at=snapshot.at + timedelta(minutes=20)))
    assert '<span class="due late" data-last=2026-11-22T14:04Z>' in late
    assert f"Update was due {due}<span>; it is overdue. Last confirmed 14:04 UTC.</span>" in late


def test_ninety_days_are_one_sentence() -> None:
    part = sample.component(0)
    at = datetime(2026, 10, 3, 9, 0, tzinfo=UTC)

    def turn(at: datetime, old: S, new: S) -> StatusChange:
        return StatusChange(at, Change(part.id, "Webmail", old, new))

    status_changes = (
        turn(at, S.OPERATIONAL, S.PARTIAL),
        turn(at + timedelta(minutes=130), S.PARTIAL, S.OPERATIONAL),
        turn(sample.NOW - timedelta(minutes=34), S.OPERATIONAL, S.MAJOR),
    )
    down = replace(part, status=S.MAJOR)
    html = front_text(sample.snapshot(0, planned=(), components=(down,), status_changes=status_changes))
    assert 'aria-label="90 days: today down 34 min; 3 Oct partly down 2 h 10 min"' in html
    assert html.count("<svg") == 1


def test_a_young_component_is_measured_from_its_first_day() -> None:
    young = sample.component(0, start_date=sample.NOW.date() - timedelta(days=9))
    html = front_text(sample.snapshot(0, planned=(), components=(young,), status_changes=()))
    assert 'aria-label="10 days without trouble; not watched before 13 Nov"' in html
    assert "<path class=new d=M0,9h400 /><path d=M400,9h50 />" in html


def test_a_component_may_hide_while_it_works() -> None:
    shy = sample.component(0, only_show_if_degraded=True)
    assert "Webmail" not in front_text(sample.snapshot(0, planned=(), components=(shy,)))
    assert "Webmail" in front_text(sample.snapshot(0, planned=(), components=(replace(shy, status=S.DEGRADED),)))


def test_an_edited_update_says_so() -> None:
    incident = sample.snapshot(1).open[0]
    last = incident.updates[-1]
    wordings = (*last.wordings, Wording(last.display_at + timedelta(minutes=2), "Five have moved.", last.facts))
    edited = replace(incident, updates=(*incident.updates[:-1], replace(last, wordings=wordings)))
    html = front_text(replace(sample.snapshot(1), open=(edited,)))
    assert "<small>edited <time" in html
    assert "Four of twelve" not in html


def test_hundreds_of_open_incidents_are_told_in_rows_after_the_gravest() -> None:
    many = tuple(
        replace(sample.open_incident(n % 10, TALES[n % 10]), id=sample.ident(f"many {n}"), name=f"Fault {n}")
        for n in range(373)
    )
    html = front_text(replace(sample.snapshot(0), open=many))
    assert all(f"Fault {n}<" in html for n in range(373))
    assert html.count("earlier updates") == 10
    rows, folded = html.split("Also open")[1].split("</section>")[0].split("<details><summary>and 343 more</summary>")
    assert (rows.count("<li>"), folded.count("<li>")) == (20, 343)


def test_components_without_a_group_stand_among_the_groups_without_a_heading_of_their_own() -> None:
    calm = sample.snapshot(0)
    lone = (sample.component(0, name="DNS", group_id=None, position=0), sample.component(1, group_id=None, position=9))
    among = front_text(replace(calm, components=(*calm.components[6:], *lone)))
    assert "Components</h2>" not in among
    assert among.index(">DNS<") < among.index("<details open><summary><h2>") < among.index(f">{lone[1].name}<")
    alone = front_text(replace(calm, components=lone, groups=()))
    assert alone.count("<h2>Components</h2>") == 1
    assert "<details" not in alone.split("<h2>Components")[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("name", "title"),
    [("Harbour", "Harbour status"), ("Jenkins Status Page", "Jenkins Status Page"), ("statuspage", "statuspage")],
)
def test_a_name_that_says_status_is_not_told_so_again(name: str, title: str) -> None:
    files = paper.front(sample.snapshot(0, page=replace(sample.PAGE, name=name)))
    assert f"· {title}</title>" in files["index.html"].decode()
    assert f"<title>{title}</title>" in files["history.atom"].decode()
    assert f"<title>{title}</title>" in files["history.rss"].decode()
    assert f'"title":"{title}"' in files["feed.json"].decode()


def test_control_characters_reach_no_file_a_reader_opens() -> None:
    wild = "A\x00\x08\x0b\x1fB"
    page = replace(sample.PAGE, name=wild, description=wild, support_url=f"https://help.example/{wild}")
    part = sample.component(0, name=wild, description=wild, status=S.MAJOR)
    incident = replace(sample.snapshot(1).open[0], name=wild)
    hosts = (HostLink(wild, f"https://{wild}.example"),)
    files = rendered(sample.snapshot(0, page=page, components=(part,), open=(incident,), hosts=hosts))
    for path, body in files.items():
        if path.endswith((".html", ".atom", ".rss", ".svg", ".xml", ".ics")):
            assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", body), path
        if path == "feed.json":
            assert b"\\u00" not in body


@pytest.mark.parametrize("path", ["index.html", "503.html"])
def test_other_hosts_are_named_by_their_address(path: str) -> None:
    hosts = (HostLink("a", "https://vienna.acmestatus.net"), HostLink("b", "http://127.0.0.1:8002/"))
    html = paper.front(sample.snapshot(hosts=hosts))[path].decode()
    assert '<a class=host href="https://vienna.acmestatus.net">vienna.acmestatus.net</a>, ' in html
    assert '<a class=host href="http://127.0.0.1:8002/">127.0.0.1:8002</a>.' in html
