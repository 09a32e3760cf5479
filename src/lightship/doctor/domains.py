"""Names and whose they are: the part of a name that is registered."""

from functools import lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


@lru_cache(1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def host_of(watched: str) -> str:
    """The name in a URL, or in what is only a name."""
    return urlsplit(watched if "//" in watched else f"//{watched}").hostname or ""


def registrable(name: str) -> str:
    """`example.co.uk` of `https://www.example.co.uk`; empty for what nobody registers."""
    host = host_of(name)
    address = ":" in host or host.rpartition(".")[2].isdigit()
    return "" if address else str(_suffixes().privatesuffix(host) or "")


def inside(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")
