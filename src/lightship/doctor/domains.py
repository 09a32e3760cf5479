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
    return str(_suffixes().privatesuffix(host_of(name)) or "")


def inside(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")
