"""Host names in URLs, and the part of a name that is registered."""

import ipaddress
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

_suffixes = cache(PublicSuffixList)  # reading the list takes a while


def host_of(url: str) -> str:
    """The name in a URL, or in what is only a name."""
    return urlsplit(url if "//" in url else f"//{url}").hostname or ""


def as_address(host: str) -> str:
    """The host in its shortest form if it is an IP address, else empty."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def registrable(url: str) -> str:
    """`example.co.uk` of `https://www.example.co.uk`; empty for what nobody registers."""
    host = host_of(url)
    return "" if as_address(host) else str(_suffixes().privatesuffix(host) or "")
