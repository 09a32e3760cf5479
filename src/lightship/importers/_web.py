"""Read JSON from other people's servers: a few retries with back-off, and one error."""

import json
import time
from collections.abc import Mapping
from typing import Any

from lightship.importers import ImporterError
from lightship.net.client import PublicReader
from lightship.net.pinned import ConnectError

SECONDS = 60.0
PAUSES = (0.5, 1.0, 2.0, 4.0)
BUSY = frozenset({420, 429, 500, 502, 503, 504})


class Web:
    """GETs over kept-alive connections. `headers` go with every request."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        defaults = {"User-Agent": "lightship", "Accept": "application/json", "Accept-Encoding": "br, gzip"}
        self.reader = PublicReader(SECONDS, headers={**defaults, **(headers or {})})

    def json(self, url: str) -> Any:
        """The document, whatever its content type, or None for 404 and 410. ImporterError for any other status but 200."""
        try:
            answer = self.reader.get(url)
            for pause in PAUSES:
                if answer.status not in BUSY:
                    break
                time.sleep(pause)
                answer = self.reader.get(url)
        except ConnectError as error:
            raise ImporterError(str(error)) from error
        if answer.status in (404, 410):
            return None
        if answer.status in (401, 403):
            raise ImporterError(f"{url} answers {answer.status}: the key is missing, wrong, or may not read this")
        if answer.status != 200:
            raise ImporterError(f"{url} answers {answer.status}")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise ImporterError(f"{url} does not answer JSON") from error
