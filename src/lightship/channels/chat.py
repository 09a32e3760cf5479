"""About a hundred chat and paging services, through apprise. An address is a URL that holds its secrets: `slack://…`,
`msteams://…`, `ntfys://…`, `pagerduty://…`."""

import logging
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from apprise import Apprise, NotifyFormat

from lightship.channels import ChannelError, Message

SECONDS = 40
"""Time limit in seconds for all addresses together; apprise sends to them at once."""


@dataclass(frozen=True, kw_only=True)
class Chat:
    """`urls`: addresses as apprise writes them."""

    name: str
    urls: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.urls:
            raise ValueError('urls is empty: name at least one address, such as "ntfys://ntfy.example.com/status"')
        _opened(self.urls)

    @staticmethod
    def check(address: str) -> None:
        try:
            _opened((address,))
        except ValueError as error:
            scheme = address.partition("://")[0] if "://" in address else "no scheme"
            raise ValueError(
                f"this ({scheme}) is no address as apprise writes them: write one such as ntfys://ntfy.example.com/alice"
            ) from error

    def tell(self, message: Message) -> None:
        urls = tuple(message.to) or self.urls
        try:
            service = _opened(urls)
        except ValueError as error:
            raise ChannelError(str(error), permanent=True) from error
        results = service.notify(message.body, message.subject, body_format=NotifyFormat.TEXT, timeout=SECONDS)
        if results:
            return
        errors = [
            f"{result.name}: {_without(urls, ' '.join(entry.message for entry in result.logs())) or 'did not answer in time'}"
            for result in results
            if not result
        ]
        others = len(results) - len(errors)
        raise ChannelError("; ".join(errors) + (f" (the other {others} got it)" if others else ""), permanent=others > 0)


def _opened(urls: tuple[str, ...]) -> Apprise:
    """ValueError, without the secret in it, for a URL that apprise does not know."""
    logging.getLogger("apprise").propagate = False  # it logs addresses with their secrets
    service = Apprise()
    for number, url in enumerate(urls, 1):
        if not service.add(url):
            scheme = url.partition("://")[0] if "://" in url else "no scheme"
            raise ValueError(f"address {number} of urls ({scheme}) is none that apprise understands: compare it with its list")
    return service


def _without(urls: tuple[str, ...], message: str) -> str:
    """Apprise's message without any part of an address that may be a secret: some of its plugins repeat them."""
    for url in urls:
        parts = urlsplit(url)
        host = parts.hostname or ""  # some services have a secret in place of a host name
        public = {parts.scheme, host if "." in host else ""}
        secrets = {part for text in (url, unquote(url)) for part in re.split(r"[/?&=:@]+", text)} - public
        for secret in sorted({url, unquote(url), *secrets}, key=len, reverse=True):
            if len(secret) >= 6:
                message = message.replace(secret, "***")
    return " ".join(message.split())
