"""A staffer posts, and readers see it on several independent hosts; one of them dies, and the others go on."""

import pytest
from tests.django_settings import CONFIG
from tests.kills import fetched
from tests.story.conftest import SEAL, Site, until

from lightship.core.model import ComponentStatus, Status
from lightship.core.site.manifest import pulse_in
from lightship.publishing.verify import Verifier, audit
from lightship.store import journal
from lightship.store.models import Incident
from lightship.worker.current import utc_now

pytestmark = pytest.mark.skipif(CONFIG.desk.database.engine != "sqlite", reason="the worker's lightship.toml names a file")


def alice_posts(site: Site) -> Incident:
    say = journal.NewUpdate(
        status=Status.INVESTIGATING, body="Sign-in fails with 503.", statuses={site.webmail.pk: ComponentStatus.MAJOR}
    )
    return journal.open_incident(site.page, journal.NewIncident(name="Webmail is down", update=say), None, utc_now())


def test_what_alice_posts_dave_reads_on_every_host(site: Site) -> None:
    site.work()
    until(lambda: site.proven(1) == set(site.urls), "an empty page is proven on both hosts")
    incident = alice_posts(site)
    site.page.refresh_from_db()
    until(lambda: site.proven(site.page.revision) == set(site.urls), "the post is proven on both hosts")
    for name, url in site.urls.items():
        assert "Webmail is down" in site.front(name)
        assert "Sign-in fails with 503." in fetched(f"{url}/incidents/{incident.pk}/")[0].decode()
        assert list(audit(Verifier(), url, SEAL.verify, whole=True)) == []
        until(lambda url=url: not fetched(f"{url}/lightship/pulse.json")[1], "the pulse is there")  # type: ignore[misc]
        assert pulse_in(fetched(f"{url}/lightship/pulse.json")[0], SEAL.verify).revision == site.page.revision


def test_a_host_that_dies_is_told_and_the_other_goes_on_and_it_catches_up_when_it_is_back(site: Site) -> None:
    site.work()
    until(lambda: site.proven(1) == set(site.urls), "both hosts are proven")
    site.kill("oslo")
    until(lambda: site.verdict("oslo")[0] == "unreachable", "the desk says that Oslo does not answer")
    assert "does not answer" in site.verdict("oslo")[1]
    alice_posts(site)
    site.page.refresh_from_db()
    until(lambda: "vienna" in site.proven(site.page.revision), "Vienna has the post")
    assert "Webmail is down" in site.front("vienna")
    assert "oslo" not in site.proven(site.page.revision)

    site.serve("oslo")
    until(lambda: site.verdict("oslo")[0] == "proven", "the desk says that Oslo is back")
    assert "Webmail is down" in site.front("oslo")


def test_what_was_posted_while_no_worker_lived_is_published_by_the_next(site: Site) -> None:
    site.work("first")
    until(lambda: site.proven(1) == set(site.urls), "both hosts are proven")
    site.kill("first")
    alice_posts(site)
    site.page.refresh_from_db()
    assert "Webmail is down" not in site.front("vienna")
    site.work("second")
    until(lambda: site.proven(site.page.revision) == set(site.urls), "the next worker carries on")
    assert "Webmail is down" in site.front("vienna")
