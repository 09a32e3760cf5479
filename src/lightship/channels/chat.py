"""Chat and paging services, some hundred of them, through apprise. An address is a URL that holds its own secrets:
`slack://…`, `msteams://…`, `ntfys://…`, `pagerduty://…`."""

import logging
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from apprise import Apprise, NotifyFormat

from lightship.channels import ChannelError, Message

SECONDS = 40
"""For all the addresses together; apprise tells them at once."""


@dataclass(frozen=True, kw_only=True)
class Chat:
    """`urls`: addresses in apprise's own words."""

    name: str
    urls: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.urls:
            raise ValueError('urls is empty: name at least one address, such as "ntfys://ntfy.example.com/status"')
        _opened(self.urls)

    def tell(self, message: Message) -> None:
        urls = tuple(message.to) or self.urls
        try:
            service = _opened(urls)
        except ValueError as error:
            raise ChannelError(str(error), permanent=True) from error
        told = service.notify(message.body, message.subject, body_format=NotifyFormat.TEXT, timeout=SECONDS)
        if told:
            return
        wrong = [
            f"{result.name}: {_without(urls, ' '.join(entry.message for entry in result.logs())) or 'did not answer in time'}"
            for result in told
            if not result
        ]
        others = len(told) - len(wrong)
        raise ChannelError("; ".join(wrong) + (f" (the other {others} got it)" if others else ""), permanent=others > 0)


def _opened(urls: tuple[str, ...]) -> Apprise:
    """ValueError, without the secret in it, for what is no address."""
    logging.getLogger("apprise").propagate = False  # it logs addresses with their secrets
    service = Apprise()
    for number, url in enumerate(urls, 1):
        if not service.add(url):
            scheme = url.partition("://")[0] if "://" in url else "no scheme"
            raise ValueError(f"address {number} of urls ({scheme}) is none that apprise understands: compare it with its list")
    return service


def _without(urls: tuple[str, ...], words: str) -> str:
    """What apprise says, without any piece of an address that may be a secret: some of its plugins repeat them."""
    for url in urls:
        parts = urlsplit(url)
        host = parts.hostname or ""  # of some services a secret stands there, and no machine's name
        public = {parts.scheme, host if "." in host else ""}
        pieces = {piece for text in (url, unquote(url)) for piece in re.split(r"[/?&=:@]+", text)}
        for piece in sorted({url, unquote(url), *pieces}, key=len, reverse=True):
            if len(piece) >= 6 and piece not in public:
                words = words.replace(piece, "***")
    return " ".join(words.split())
