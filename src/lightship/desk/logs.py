"""What the desk logs of requests, without the links by which somebody may enter or report."""

import logging
import re

LOGGERS = ("django.request", "django.security.csrf")
"""They name the address of what was refused or failed."""
_LINK = re.compile(r"/(go|report|sign-in/link)/[^\s?]+")


class WithoutLinks(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _LINK.sub(r"/\1/…", record.getMessage()), ()
        return True


def hide_links() -> None:
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, WithoutLinks) for one in logger.filters):
            logger.addFilter(WithoutLinks())
