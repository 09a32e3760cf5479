"""Two workers at once do no harm: they neither fight over a page nor leave half of one."""

import pytest
from tests.django_settings import CONFIG
from tests.story.conftest import SEAL, Site, until
from tests.story.test_story import alice_posts

from lightship.core.model import Status
from lightship.core.site.manifest import MANIFEST_PATH, manifest_in
from lightship.publishing.verify import Verifier, audit
from lightship.store import journal
from lightship.store.models import Receipt
from lightship.worker.current import utc_now

pytestmark = pytest.mark.skipif(CONFIG.desk.database.engine != "sqlite", reason="the worker's lightship.toml names a file")
POSTS = 15


def test_two_workers_end_in_one_whole_state_and_refuse_nobody(site: Site) -> None:
    site.work("first")
    site.work("second")
    until(lambda: site.proven(1) == set(site.urls), "both hosts are proven")
    incident = alice_posts(site)
    for number in range(POSTS):
        say = journal.NewUpdate(status=Status.IDENTIFIED, body=f"{number} servers are moved.")
        journal.update(incident, say, None, utc_now())
    site.page.refresh_from_db()
    last = site.page.revision
    until(lambda: site.proven(last) == set(site.urls), "the last post is proven on both hosts")
    until(
        lambda: not [line for url in site.urls.values() for line in audit(Verifier(), url, SEAL.verify, whole=True)],
        "every page is what the manifest names",
    )
    for name in site.urls:
        assert f"{POSTS - 1} servers are moved." in site.front(name)
        assert manifest_in((site.home / name / MANIFEST_PATH).read_bytes(), SEAL.verify).revision == last
    assert not Receipt.objects.filter(verdict="refused").exists()

    _rest(site)


def _rest(site: Site) -> None:
    """Once nobody posts, nobody writes: each worker looks three more times, and the manifest stays the same. Before that one
    that was overtaken may repair what it put, and when a full hour passes the page is drawn anew: then they rest from there."""
    for _ in range(3):
        existing = _manifests(site)
        for _ in range(3):
            _looked_at_again()
        if _manifests(site) == existing:
            break
    assert _manifests(site) == existing
    assert site.verdict("vienna") == site.verdict("oslo") == ("proven", "")


def _manifests(site: Site) -> dict[str, bytes]:
    return {name: (site.home / name / MANIFEST_PATH).read_bytes() for name in site.urls}


def _looked_at_again() -> None:
    rows = Receipt.objects.order_by("-seen_at").values_list("seen_at", flat=True)
    last = rows[0]
    until(lambda: rows.all()[0] > last, "a worker looks at a host again")
