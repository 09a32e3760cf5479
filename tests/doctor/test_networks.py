"""Which network an address is in: from the packaged table, and from Team Cymru where it answers."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import dns.resolver
import pytest
from tests.doctor.lab import networks

from lightship.doctor import Environment, asn
from lightship.doctor.hosts import sub_resources
from lightship.doctor.registry import registrable
from lightship.doctor.shared_fate import cdn


@pytest.mark.parametrize(
    ("address", "number", "name"),
    [
        ("8.8.8.8", 15169, "Google"),
        ("1.1.1.1", 13335, "Cloudflare"),
        ("2001:4860:4860::8888", 15169, "Google"),
        ("2620:fe::fe", 19281, "Quad9"),
    ],
)
def test_the_packaged_table_knows_the_well_known(address: str, number: int, name: str) -> None:
    network = asn.packaged().find(address)
    assert network and network.number == number and name in network.name


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1", "10.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "fe80::1"])
def test_what_nobody_announces_is_in_no_network(address: str) -> None:
    assert asn.packaged().find(address) is None


def test_ranges_end_where_they_end() -> None:
    table = networks()
    assert str(table.find("127.81.0.0")) == "AS64581 Vienna Net"
    assert str(table.find("127.81.255.255")) == "AS64581 Vienna Net"
    assert table.find("127.83.0.0") is None
    assert table.find("126.255.255.255") is None


@dataclass
class FakeCymru(dns.resolver.Resolver):
    """Answers as the real one was seen to: there is none but theirs."""

    answers: dict[str, str]
    asked: list[str] = field(default_factory=list)

    def resolve(self, qname: Any, rdtype: Any = "A", **_: Any) -> Any:  # type: ignore[override]
        self.asked.append(str(qname))
        if str(qname) not in self.answers:
            raise dns.resolver.NXDOMAIN
        return iter([SimpleNamespace(strings=(self.answers[str(qname)].encode(),))])


NIBBLES = "1." + "0." * 23 + "0.6.8.4.1.0.0.2.origin6.asn.cymru.com"
CYMRU = {
    "8.8.8.8.origin.asn.cymru.com": "15169 | 8.8.8.0/24 | US | arin | 2023-12-28",
    "AS15169.asn.cymru.com": "15169 | US | arin | 2000-03-30 | GOOGLE - Google LLC, US",
    NIBBLES: "64500 | 2001:4860::/32 | US | arin | 2005-03-14",
}


def test_team_cymru_is_believed_before_the_table() -> None:
    environment = Environment(resolver=FakeCymru(CYMRU), table=networks())
    assert environment.network("8.8.8.8") == asn.Network(15169)
    assert str(environment.network("8.8.8.8")) == "AS15169 GOOGLE - Google LLC, US"
    assert str(environment.network("127.81.1.1")) == "AS64581 Vienna Net"


@pytest.mark.parametrize("text", ["", "no such name | see | our help page", "| |", "1 2"])
def test_an_answer_that_is_not_team_cymrus_is_not_believed(text: str) -> None:
    resolver = FakeCymru({"1.1.81.127.origin.asn.cymru.com": text})
    assert str(Environment(resolver=resolver, table=networks()).network("127.81.1.1")) == "AS64581 Vienna Net"


def test_an_ipv6_address_is_asked_for_by_its_nibbles() -> None:
    resolver = FakeCymru(CYMRU)
    Environment(resolver=resolver, table=networks()).network("2001:4860::1")
    assert resolver.asked[0] == NIBBLES


def test_where_it_does_not_answer_it_is_not_asked_for_each_address() -> None:
    resolver = FakeCymru({})
    assert not asn.answers(resolver)
    assert Environment(resolver=resolver, table=networks(), cymru=False).network("127.81.1.1")
    assert len(resolver.asked) == 1


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("https://www.example.co.uk/x", "example.co.uk"),
        ("api.acme.example", "acme.example"),
        ("acme.github.io", "acme.github.io"),
        ("127.0.0.1", ""),
        ("http://[2001:db8::1]:80", ""),
        ("co.uk", ""),
    ],
)
def test_what_of_a_name_is_registered(name: str, domain: str) -> None:
    assert registrable(name) == domain


@pytest.mark.parametrize(
    ("html", "urls"),
    [
        ('<img src="https://a.example/x.png">', ("https://a.example/x.png",)),
        ("<script src=//a.example/x.js></script>", ("//a.example/x.js",)),
        ('<link rel="stylesheet" href="https://a.example/x.css">', ("https://a.example/x.css",)),
        ('<link rel="alternate" href="https://acme.example/feed">', ()),
        ("<style>@import 'https://a.example/x.css'; p{background:url(https://b.example/y)}</style>",
         ("https://a.example/x.css", "https://b.example/y")),
        ('<a href="https://a.example">elsewhere</a><img src="logo.svg">', ()),
    ],
)  # fmt: skip
def test_what_a_browser_fetches_by_itself(html: str, urls: tuple[str, ...]) -> None:
    assert sub_resources(html) == urls


@pytest.mark.parametrize(
    ("cnames", "headers", "number", "name"),
    [
        (("d1.cloudfront.net",), {}, 16509, "CloudFront"),
        ((), {"server": "cloudflare"}, 0, "Cloudflare"),
        ((), {}, 54113, "Fastly"),
        ((), {"server": "nginx"}, 24940, ""),
    ],
)
def test_a_content_network_shows_in_names_headers_or_addresses(
    cnames: tuple[str, ...], headers: dict[str, str], number: int, name: str
) -> None:
    assert cdn(cnames, headers, frozenset({asn.Network(number)})) == name
