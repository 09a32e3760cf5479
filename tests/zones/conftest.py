"""PowerDNS with its HTTP API, which dns-lexicon speaks to."""

from collections.abc import Iterator

import pytest
from tests import name_servers, servers


@pytest.fixture(scope="session")
def powerdns_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[name_servers.Layout, str]]:
    port = servers.free_port()
    options = f"api=yes\napi-key=a-secret-of-the-tests\nwebserver=yes\nwebserver-address=127.0.0.1\nwebserver-port={port}"
    with name_servers.powerdns(tmp_path_factory.mktemp("powerdns"), name_servers.Layout(options=options)) as primary:
        yield primary, f"http://127.0.0.1:{port}"
