"""Verify a page as a public reader: over its URL, with nothing but what a browser has."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from lightship.core.site.manifest import MANIFEST_PATH, Verify, manifest_in, month_list_in, month_list_path
from lightship.core.site.receipt import Fault, Front, Read, Verdict
from lightship.core.wire import WireError, sha256
from lightship.net.client import PublicReader
from lightship.net.pinned import ConnectError

TRIES = (0.0, 0.03, 0.1, 0.3, 1.0)
"""Seconds to wait before each check, for caches and name servers that are a moment behind."""
_ADVICE = {
    401: "strangers must be let in without a password",
    403: "strangers must be allowed to read; look at its permissions",
    404: "its web root is not where the files were put",
}


@dataclass(frozen=True)
class Verifier(PublicReader):
    """Checks hosts from outside."""

    async def prove(self, url: str, put: Front) -> Read | Fault:
        """Whether readers get the front page that was put at `url`; if not, what is there instead."""
        for pause in TRIES:
            await asyncio.sleep(pause)
            outcome = await asyncio.to_thread(self.check, url, put)
            if isinstance(outcome, Read) or outcome.verdict is not Verdict.DIFFERS:
                break
        return outcome

    def check(self, url: str, put: Front) -> Read | Fault:
        """As `prove`, once and without waiting. A bare bucket has the page at /index.html only: that counts too."""
        try:
            answer = self.get(f"{url}/")
            if sha256(answer.body) == put.digest or sha256(self.get(f"{url}/index.html").body) == put.digest:
                return Read(put.epoch, put.revision, put.digest)
        except ConnectError as error:
            return Fault(Verdict.UNREACHABLE, str(error))
        if answer.status != 200:
            advice = _ADVICE.get(answer.status, "look at its web server")
            return Fault(Verdict.DIFFERS, f"{url}/ answers {answer.status}: {advice}")
        return Fault(Verdict.DIFFERS, f"{url}/ serves other content than was put there ({len(answer.body):,} bytes)")


def audit(reader: PublicReader, url: str, verify: Verify, *, whole: bool = False) -> Iterator[str]:
    """Every fault in what a host serves, against its own signed manifest: of the front set and the months' lists, and with
    `whole` of every page of history too. It ends where the host does not answer."""
    try:
        answer = reader.get(f"{url}/{MANIFEST_PATH}")
        if answer.status != 200:
            yield f"{url}/{MANIFEST_PATH} answers {answer.status}"
            return
        manifest = manifest_in(answer.body, verify)
        lists = {month_list_path(month): digest for month, digest in manifest.months.items()}
        yield from _differing(reader, url, {**manifest.files, **lists})
        for path in lists if whole else ():
            answer = reader.get(f"{url}/{path}")
            if answer.status == 200:
                yield from _differing(reader, url, month_list_in(answer.body))
    except (ConnectError, WireError) as error:
        yield str(error)


def _differing(reader: PublicReader, url: str, files: Mapping[str, str]) -> Iterator[str]:
    """A message for each path of `files` (path -> SHA-256) that is missing or other. ConnectError at the first that gets no
    answer: to wait for each of them would take as many timeouts as there are files."""
    silent = Event()

    def fault(path: str) -> str:
        if silent.is_set():
            return ""
        try:
            answer = reader.get(f"{url}/{path}")
        except ConnectError:
            silent.set()
            raise
        if answer.status != 200:
            return f"{url}/{path} answers {answer.status}"
        return "" if sha256(answer.body) == files[path] else f"{url}/{path} is not what the manifest names"

    with ThreadPoolExecutor(4) as pool:
        yield from filter(None, pool.map(fault, files))
