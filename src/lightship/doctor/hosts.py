"""Judge the hosts: is each one fit to be the only one left?"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from lightship.config import PageConfig
from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.servers import host_of
from lightship.doctor.visits import STATE, Visit, by_host
from lightship.net.client import date_of

SKEW = timedelta(seconds=60)
REVALIDATED = ("no-cache", "no-store", "max-age=0")


def judge(page: PageConfig, visits: tuple[Visit, ...], now: datetime) -> Iterator[Finding]:
    names = ", ".join(host.name for host in page.hosts)
    yield CHECKS["hosts.count"].fail_unless(len(page.hosts) > 1, page.slug, names, f"there is only {names}")
    yield from answer(page, visits)
    for subject, url in ((page.slug, page.url), *((host.name, host.url) for host in page.hosts)):
        yield CHECKS["hosts.tls"].warn_unless(url.startswith("https:"), subject, url, f"{url} is not encrypted")
    yield from ipv6(page, visits)
    answering = tuple(visit for visit in visits if not visit.fault)
    yield from content(answering)
    yield from revision(answering)
    yield from pulse(answering, now)
    yield from headers(answering)
    yield from hsts(answering)
    yield from alone(answering)
    yield from clock(answering, now)


def answer(page: PageConfig, visits: Sequence[Visit]) -> Iterator[Finding]:
    check = CHECKS["hosts.answer"]
    visited = {visit.target.host for visit in visits}
    for host in page.hosts:
        if host.name not in visited:
            yield check.unchecked(host.name, f"{host_of(host.url)} does not resolve, and no address is configured")
    for visit in visits:
        status = visit.front.status if visit.front else 0
        bad = visit.fault or f"answers {status}"
        yield check.fail_unless(not visit.fault and status == 200, str(visit.target), "answers 200", bad)


def ipv6(page: PageConfig, visits: Sequence[Visit]) -> Iterator[Finding]:
    check = CHECKS["hosts.ipv6"]
    addressed = [host for host in page.hosts if host.address]
    having = [host.name for host in addressed if any(":" in address for address in host.address)]
    lacking = [host.name for host in addressed if host.name not in having]
    if having and lacking:
        yield check.warn(", ".join(lacking), f"no IPv6 address, while {', '.join(having)} has one")
    dead = {visit.target.host: visit for visit in visits if ":" in visit.target.address and visit.target.main and visit.fault}
    answering = {visit.target.host for visit in visits if ":" not in visit.target.address and not visit.fault}
    for name, visit in dead.items():
        if name in answering:
            yield check.fail(name, f"its IPv4 address answers, but {visit.target.address} does not: {visit.fault}")
    if addressed and not (having and lacking) and not dead:
        yield check.ok(page.slug, f"on every host: {', '.join(having)}" if having else "no host has an IPv6 address")


def content(answering: tuple[Visit, ...]) -> Iterator[Finding]:
    check = CHECKS["hosts.content"]
    for host, visits in by_host(answering):
        wrong = list(dict.fromkeys(f"{path} ({visit.target.address})" for visit in visits for path in visit.wrong))
        files = max((len(visit.manifest.files) for visit in visits if visit.manifest), default=0)
        more = f" and {len(wrong) - 4} more" if len(wrong) > 4 else ""
        bad = f"not what was published: {', '.join(wrong[:4])}{more}"
        yield check.fail_unless(not wrong, host, f"{files} files are what the signed manifest names", bad)


def revision(answering: tuple[Visit, ...]) -> Iterator[Finding]:
    newest = max((visit.manifest.version for visit in answering if visit.manifest), default=(0, 0))
    for host, visits in by_host(answering):
        versions = sorted({visit.manifest.version for visit in visits if visit.manifest})
        if versions:
            here = f"revision {versions[0][1]} of epoch {versions[0][0]}"
            bad = f"{here}; elsewhere there is {newest[1]} of {newest[0]}"
            yield CHECKS["hosts.revision"].fail_unless(versions == [newest], host, here, bad)


def pulse(answering: tuple[Visit, ...], now: datetime) -> Iterator[Finding]:
    check = CHECKS["hosts.pulse"]
    for host, visits in by_host(answering):
        oldest = min((visit.pulse for visit in visits if visit.pulse), key=lambda pulse: pulse.at, default=None)
        if oldest is None:
            yield check.fail(host, "no signed pulse")
            continue
        age = now - oldest.at
        evidence = f"{age.total_seconds():.0f} s old, and due every {oldest.seconds} s"
        yield check.fail_unless(age <= oldest.stale_after, host, evidence, evidence)


def headers(answering: tuple[Visit, ...]) -> Iterator[Finding]:
    for host, visits in by_host(answering):
        fronts = [visit.front.headers for visit in visits if visit.front and visit.front.status == 200]
        if not fronts:
            continue
        plain = [front for front in fronts if front.get("content-encoding") not in ("br", "gzip")]
        policies = [front.get("cache-control", "nothing") for front in fronts]
        cached = [policy for policy in policies if not any(word in policy for word in REVALIDATED)]
        closed = [visit for visit in visits if not _lets_others_read(visit)]
        for check, faults, fine, bad in (
            ("hosts.compression", plain, "compressed", "the page is sent as it is"),
            ("hosts.caching", cached, "browsers ask first", f"Cache-Control says {', '.join(cached[:1])}"),
            ("hosts.cors", closed, "open to other pages", f"{STATE} has no header that lets others read it"),
        ):
            yield CHECKS[check].warn_unless(not faults, host, fine, bad)


def _lets_others_read(visit: Visit) -> bool:
    state = visit.answers.get(STATE)
    return state is None or state.status != 200 or state.headers.get("access-control-allow-origin") == "*"


def hsts(answering: tuple[Visit, ...]) -> Iterator[Finding]:
    values = {
        visit.target.host: visit.front.headers.get("strict-transport-security", "none")
        for visit in answering
        if visit.front and visit.target.secure
    }
    if values:
        evidence = "; ".join(f"{host}: {value}" for host, value in values.items())
        yield CHECKS["hosts.hsts"].warn_unless(len(set(values.values())) == 1, ", ".join(values), evidence, evidence)


_TAG = re.compile(r"<(script|img|iframe|link|source|video|audio|object|embed)\b([^>]*)>", re.I)
_URL = re.compile(r"\b(?:src|href|data|srcset)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)", re.I)
_CSS = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", re.I)
_FETCHED = re.compile(r"rel\s*=\s*[\"']?[^\"'>]*(stylesheet|icon|preload|modulepreload|prefetch|preconnect|manifest)", re.I)


def sub_resources(html: str) -> tuple[str, ...]:
    """Absolute URLs that a browser fetches by itself when it shows the page."""
    urls = list(_CSS.findall(html))
    for tag, attributes in _TAG.findall(html):
        if tag.lower() != "link" or _FETCHED.search(attributes):
            urls += _URL.findall(attributes)
    return tuple(dict.fromkeys(urls))


def alone(answering: tuple[Visit, ...]) -> Iterator[Finding]:
    for host, visits in by_host(answering):
        fronts = [visit.front.body for visit in visits if visit.front and visit.front.status == 200]
        foreign = {url for body in fronts for url in sub_resources(body.decode("utf-8", "replace"))}
        if fronts:
            bad = "the page fetches " + ", ".join(sorted(foreign))
            yield CHECKS["hosts.alone"].fail_unless(not foreign, host, "the page fetches nothing from elsewhere", bad)


def clock(answering: tuple[Visit, ...], now: datetime) -> Iterator[Finding]:
    """By the Date header of the front page, which is exact to a second and a moment old."""
    check = CHECKS["hosts.clock"]
    for host, visits in by_host(answering):
        dates = [date for visit in visits if visit.front and (date := date_of(visit.front))]
        if not dates:
            yield check.unchecked(host, "it sends no Date")
            continue
        off = max((date - now for date in dates), key=abs)
        direction = "ahead of" if off > timedelta() else "behind"
        evidence = f"{abs(off.total_seconds()):.0f} s {direction} this machine"
        yield check.warn_unless(abs(off) <= SKEW, host, evidence, evidence)
