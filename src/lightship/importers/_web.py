"""Reading other people's servers politely: timeouts, a few retries with back-off, and one plain error."""

import json
from collections.abc import Mapping
from typing import Any

import urllib3

from lightship.importers import ImporterError

MOST = 64 * 1024 * 1024


class Web:
    """GETs over kept-alive connections. `headers` go with every request."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        retry = urllib3.Retry(
            total=4, connect=1, backoff_factor=0.25, status_forcelist=(420, 429, 500, 502, 503, 504), raise_on_status=False
        )
        self.pool = urllib3.PoolManager(
            headers={"User-Agent": "lightship", "Accept": "application/json", **(headers or {})},
            timeout=urllib3.Timeout(connect=10, read=30),
            retries=retry,
        )

    def get(self, url: str) -> bytes | None:
        """The body, or None where there is nothing (404, 410). ImporterError for whatever else is not 200."""
        try:
            answer = self.pool.request("GET", url, preload_content=False)
            body: bytes = answer.read(MOST + 1, decode_content=True)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise ImporterError(f"{url} cannot be reached: {error}", permanent=False) from error
        if answer.status in (404, 410):
            return None
        if answer.status in (401, 403):
            raise ImporterError(f"{url} answers {answer.status}: the key is missing, wrong, or may not read this")
        if answer.status != 200:
            raise ImporterError(f"{url} answers {answer.status}", permanent=answer.status < 500)
        if len(body) > MOST:
            raise ImporterError(f"{url} answers more than {MOST} bytes")
        return body

    def json(self, url: str) -> Any:
        """The document, whatever content type it claims, or None where there is none."""
        body = self.get(url)
        if body is None:
            return None
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ImporterError(f"{url} does not answer JSON") from error
