"""Judge the hosts: is each one fit to be the only one left?"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from lightship.config import PageConfig
from lightship.doctor.catalogue import say
from lightship.doctor.finding import Finding
from lightship.doctor.visits import STATE, Shown, by_host

SKEW = timedelta(seconds=60)
LATE = timedelta(seconds=60)


def judge(page: PageConfig, shown: tuple[Shown, ...], now: datetime) -> Iterator[Finding]:
    yield count(page)
    yield from answer(page, shown)
    yield from tls(page)
    yield from ipv6(page, shown)
    inside = tuple(each for each in shown if not each.fault)
    yield from content(inside)
    yield from revision(inside)
    yield from pulse(inside, now)
    yield from headers(inside)
    yield from hsts(inside)
    yield from alone(page, inside)
    yield from clock(inside, now)


def count(page: PageConfig) -> Finding:
    names = ", ".join(host.name for host in page.hosts)
    return say("hosts.count").when(len(page.hosts) > 1, page.slug, names, f"there is only {names}")


def answer(page: PageConfig, shown: Sequence[Shown]) -> Iterator[Finding]:
    check = say("hosts.answer")
    seen = {each.door.host for each in shown}
    for host in page.hosts:
        if host.name not in seen:
            yield check.unchecked(host.name, f"{urlsplit(host.url).hostname} does not resolve, and no address is configured")
    for each in shown:
        status = each.front.status if each.front else 0
        if each.fault:
            yield check.fail(str(each.door), each.fault)
        else:
            yield check.when(status == 200, str(each.door), "answers 200", f"answers {status}")


def tls(page: PageConfig) -> Iterator[Finding]:
    check = say("hosts.tls")
    for subject, url in ((page.slug, page.url), *((host.name, host.url) for host in page.hosts)):
        yield check.rather(url.startswith("https:"), subject, url, f"{url} is not encrypted")


def ipv6(page: PageConfig, shown: Sequence[Shown]) -> Iterator[Finding]:
    check = say("hosts.ipv6")
    told = {host.name: {":" in address for address in host.address} for host in page.hosts if host.address}
    with_six = [name for name, families in told.items() if True in families]
    without = [name for name in told if name not in with_six]
    if with_six and without:
        yield check.warn(", ".join(without), f"no IPv6 address, while {', '.join(with_six)} has one")
    dead = {each.door.host: each for each in shown if each.door.six and each.door.main and each.fault}
    alive = {each.door.host for each in shown if not each.door.six and not each.fault}
    for name, each in dead.items():
        if name in alive:
            yield check.fail(name, f"its IPv4 address answers, but {each.door.address} does not: {each.fault}")
    if told and not (with_six and without) and not dead:
        yield check.ok(page.slug, f"on every host: {', '.join(with_six)}" if with_six else "no host has an IPv6 address")


def content(inside: tuple[Shown, ...]) -> Iterator[Finding]:
    check = say("hosts.content")
    for host, ways in by_host(inside):
        wrong = {f"{fault} ({each.door.address})": None for each in ways for fault in each.wrong}
        files = max((len(each.manifest.files) for each in ways if each.manifest), default=0)
        bad = (
            "not what was published: " + ", ".join(list(wrong)[:4]) + (f" and {len(wrong) - 4} more" if len(wrong) > 4 else "")
        )
        yield check.when(not wrong, host, f"{files} files are what the signed manifest names", bad)


def revision(inside: tuple[Shown, ...]) -> Iterator[Finding]:
    check = say("hosts.revision")
    newest = max((each.manifest.version for each in inside if each.manifest), default=None)
    for host, ways in by_host(inside):
        versions = sorted({each.manifest.version for each in ways if each.manifest})
        if newest and versions:
            here = f"revision {versions[0][1]} of epoch {versions[0][0]}"
            yield check.when(versions == [newest], host, here, f"{here}; elsewhere there is {newest[1]} of {newest[0]}")


def pulse(inside: tuple[Shown, ...], now: datetime) -> Iterator[Finding]:
    check = say("hosts.pulse")
    for host, ways in by_host(inside):
        found = [each.pulse for each in ways if each.pulse]
        if not found:
            yield check.fail(host, "no signed pulse")
            continue
        oldest = min(found, key=lambda each: each.at)
        age, most = now - oldest.at, timedelta(seconds=2 * oldest.seconds) + LATE
        words = f"{age.total_seconds():.0f} s old, and due every {oldest.seconds} s"
        yield check.when(age <= most, host, words, words)


def headers(inside: tuple[Shown, ...]) -> Iterator[Finding]:
    for host, ways in by_host(inside):
        fronts = [(each.door, each.front) for each in ways if each.front and each.front.status == 200]
        plain = [door for door, front in fronts if front.headers.get("content-encoding") not in ("br", "gzip")]
        kept = [front.headers.get("cache-control", "nothing") for _, front in fronts if not _asks(front.headers)]
        closed = [each.door for each in ways if not _open(each)]
        if fronts:
            yield say("hosts.compression").rather(not plain, host, "compressed", "the page is sent as it is")
            yield say("hosts.caching").rather(not kept, host, "browsers ask first", f"Cache-Control says {', '.join(kept[:1])}")
            yield say("hosts.cors").rather(
                not closed, host, "open to other pages", f"{STATE} has no header that lets others read it"
            )


def _asks(headers: object) -> bool:
    said = headers.get("cache-control", "") if isinstance(headers, dict) else ""
    return "no-cache" in said or "no-store" in said or "max-age=0" in said


def _open(each: Shown) -> bool:
    state = each.answers.get(STATE)
    return state is None or state.status != 200 or state.headers.get("access-control-allow-origin") == "*"


def hsts(inside: tuple[Shown, ...]) -> Iterator[Finding]:
    said = {
        each.door.host: each.front.headers.get("strict-transport-security", "none")
        for each in inside
        if each.front and each.door.secure
    }
    if said:
        told = "; ".join(f"{host}: {value}" for host, value in said.items())
        yield say("hosts.hsts").rather(len(set(said.values())) == 1, ", ".join(said), told, told)


_TAG = re.compile(r"<(script|img|iframe|link|source|video|audio|object|embed)\b([^>]*)>", re.I)
_URL = re.compile(r"\b(?:src|href|data|srcset)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)", re.I)
_CSS = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", re.I)
_FETCHED = re.compile(r"rel\s*=\s*[\"']?[^\"'>]*(stylesheet|icon|preload|modulepreload|prefetch|preconnect|manifest)", re.I)


def sub_resources(html: str) -> tuple[str, ...]:
    """Absolute addresses that a browser fetches by itself when it shows the page."""
    found = list(_CSS.findall(html))
    for tag, attributes in _TAG.findall(html):
        if tag.lower() != "link" or _FETCHED.search(attributes):
            found += _URL.findall(attributes)
    return tuple(dict.fromkeys(found))


def alone(page: PageConfig, inside: tuple[Shown, ...]) -> Iterator[Finding]:
    for host, ways in by_host(inside):
        fronts = [each.front.body.decode("utf-8", "replace") for each in ways if each.front and each.front.status == 200]
        foreign = {address for html in fronts for address in sub_resources(html)}
        if fronts:
            bad = "the page fetches " + ", ".join(sorted(foreign))
            yield say("hosts.alone").when(not foreign, host, "the page fetches nothing from elsewhere", bad)


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)  # HTTP has no other
    except (ValueError, TypeError):
        return None


def clock(inside: tuple[Shown, ...], now: datetime) -> Iterator[Finding]:
    """By the Date of its answers: to the second, and a moment old."""
    check = say("hosts.clock")
    for host, ways in by_host(inside):
        dates = [date for each in ways if each.front and (date := _date(each.front.headers.get("date", "")))]
        if not dates:
            yield check.unchecked(host, "it sends no Date")
            continue
        off = max((date - now for date in dates), key=abs)
        words = f"{abs(off.total_seconds()):.0f} s {'ahead of' if off > timedelta() else 'behind'} this machine"
        yield check.rather(abs(off) <= SKEW, host, words, words)
