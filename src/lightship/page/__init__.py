"""How it looks: a snapshot in, `{path: bytes}` out: every file of the contract, in the order of writing. Pure functions; the
same arguments give the same bytes."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from markupsafe import Markup

from lightship.core.duty.sheet import public_document
from lightship.core.model import HostLink, Incident, Month, Page, Snapshot
from lightship.core.site import state
from lightship.core.status import ended_at
from lightship.core.wire import canonical, sha256
from lightship.page import feeds, kit, labels, prose, render, scorecard, statuspage, story, times, view

WEB = ("https://", "http://")


def front(snapshot: Snapshot, key: bytes = b"") -> dict[str, bytes]:
    """Every file that may change with any revision. The front page is last: what it links to is there before it. `key`: the
    public half of the signing key."""
    page, hosts = snapshot.page, snapshot.hosts
    return {
        **_history(snapshot),
        **statuspage.files(snapshot),
        **feeds.files(snapshot),
        **_scorecard(snapshot),
        **(kit.files(snapshot, _frame(page, hosts, depth=1, kit=True)) if page.kit else {}),
        "badge.svg": _badge(snapshot),
        "embed.js": render.asset("embed.js").encode(),
        **worker(snapshot, key),
        state.STATE_PATH: state.state_out(state.state_of(snapshot)),
        "404.html": _plain("404.html", page, hosts),
        "503.html": _plain("503.html", page, hosts),
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {page.url}/sitemap.xml\n".encode(),
        "sitemap.xml": render.render("sitemap.xml", page=page, paths=_paths(snapshot)),
        "index.html": index(snapshot),
    }


def worker(snapshot: Snapshot, key: bytes) -> dict[str, bytes]:
    """The service worker, which gives a returning reader the newest page when a host fails. It trusts what `key` signed."""
    values = {
        "PAGE": snapshot.page.id,
        "KEY": base64.b64encode(key).decode(),
        "HOSTS": [f"{host.url.rstrip('/')}/" for host in snapshot.hosts if host.url.startswith(WEB)],
        "ON": snapshot.service_worker,
    }
    constants = ",".join(f"{name}={json.dumps(value)}" for name, value in values.items())
    return {"sw.js": f"const {constants}\n{render.asset('sw.js')}".encode()}


def index(snapshot: Snapshot) -> bytes:
    """The front page alone."""
    return render.render(
        "index.html",
        **_frame(snapshot.page, snapshot.hosts, depth=0, live=True),
        snapshot=snapshot,
        front=view.front(snapshot),
        made=times.machine(snapshot.at),
        drawn=times.when(snapshot.at, snapshot.at),
    )


def leaf(page: Page, incident: Incident, hosts: Sequence[HostLink]) -> dict[str, bytes]:
    """The permanent files of one incident or maintenance. The same arguments give the same bytes, now and in ten years."""
    html = render.render(
        "incident.html",
        **_frame(page, hosts, depth=2),
        story=story.story(incident, incident.components, None, up="../../"),
        canonical=statuspage.link(page, incident),
        month=incident.month,
        month_name=times.month_name(incident.month),
    )
    return {f"{statuspage.folder(incident)}index.html": html, **statuspage.file(page, incident)}


def month(page: Page, month: Month, hosts: Sequence[HostLink]) -> dict[str, bytes]:
    """A month's page and archive; the same arguments give the same bytes."""
    html = render.render(
        "month.html",
        **_frame(page, hosts, depth=2),
        title=times.month_name(month.month),
        canonical=f"{page.url}/history/{month.month}/",
        rows=[
            view.row(
                incident,
                _outcome(incident, month),
                times.when(incident.scheduled_for or incident.started_at),
                prose.opening(incident.updates[-1].body),
                up="../../",
            )
            for incident in month.incidents
        ],
        status_changes=[
            (times.when(status_change.at), prose.legal(status_change.change.name), labels.COMPONENT[status_change.change.new])
            for status_change in month.status_changes
        ],
    )
    return {f"history/{month.month}/index.html": html, state.archive_path(month.month): state.archive_out(month)}


def _outcome(incident: Incident, month: Month) -> str:
    if not ended_at(incident):
        return labels.STATUS[incident.status]
    names = {other.id: other.name for other in month.incidents}
    return story.trace(incident, "../../", names.get(incident.merged_into, "")) or story.outcome(incident)


def build(page: Page, hosts: Sequence[HostLink], *, service_worker: bool = True) -> str:
    """Changes when all leaves and months must be rendered anew: with our code or templates, the page's name or its hosts."""
    depends = [page.id, page.name, page.url, page.time_zone, page.description, page.support_url, service_worker]
    whole = json.dumps([render.fingerprint(), *depends, *([host.name, host.url] for host in hosts)])
    return sha256(whole.encode())[:16]


def _frame(page: Page, hosts: Sequence[HostLink], *, depth: int, live: bool = False, kit: bool = False) -> dict[str, object]:
    """The context of `shell.html`. `up` leads from a page at that depth to the root of the site. `live`: it watches the pulse;
    its requests are made by a worker, which is a file of its own. `kit`: it looks for newer texts."""
    script = render.script(*(["live.js"] if live else ["kit.js"] if kit else []))
    css = render.style(*(["kit.css"] if kit else []))
    return {
        "page": page,
        "name": prose.legal(page.name),
        "brand": labels.titled(prose.legal(page.name)),
        # The address is what readers can recognise and type: the name in our configuration says nothing to them.
        "hosts": [replace(host, name=host.url.partition("://")[2].strip("/")) for host in hosts if host.url.startswith(WEB)],
        "support": page.support_url if page.support_url.startswith((*WEB, "mailto:", "tel:")) else "",
        "policy": render.policy(css, script, "worker-src 'self';" if live else "connect-src 'self';" if kit else ""),
        "css": css,
        "script": Markup(script),  # noqa: S704 - our own file
        "up": "../" * depth,
    }


def _badge(snapshot: Snapshot) -> bytes:
    """One word for a README or a footer."""
    word, colour = labels.BADGE[statuspage.page_status(snapshot).indicator]
    return render.render("badge.svg", word=word, colour=colour, left=_width("status"), right=_width(word))


def _width(text: str) -> int:
    """Width in px with padding, in Verdana of 11 px. An estimate will do: textLength makes the letters fit."""
    return round(sum(3.6 if letter in "iljt f" else 6.8 for letter in text)) + 14


def _history(snapshot: Snapshot) -> dict[str, bytes]:
    months = [(month, times.month_name(month), count) for month, count in snapshot.months]
    frame = _frame(snapshot.page, (), depth=1)
    canonical = f"{snapshot.page.url}/history/"
    return {"history/index.html": render.render("history.html", **frame, months=months, canonical=canonical)}


def _scorecard(snapshot: Snapshot) -> dict[str, bytes]:
    """Where the page's owner publishes it."""
    if snapshot.scorecard is None:
        return {}
    shown = {"scorecard": scorecard.view(snapshot.scorecard), "made": times.when(snapshot.at)}
    html = render.render("scorecard.html", **_frame(snapshot.page, (), depth=1), **shown)
    return {"scorecard.json": canonical(public_document(snapshot.scorecard, snapshot.at)), "scorecard/index.html": html}


def _plain(template: str, page: Page, hosts: Sequence[HostLink]) -> bytes:
    """A page for where nothing else of ours can be reached: no relative link would lead anywhere."""
    return render.render(template, **_frame(page, hosts, depth=0))


def _paths(snapshot: Snapshot) -> Iterable[str]:
    yield from ("", "history/", *(["scorecard/"] if snapshot.scorecard else []))
    yield from (f"history/{month}/" for month, _ in snapshot.months)
    yield from (statuspage.folder(incident) for incident in (*snapshot.open, *snapshot.recent))
