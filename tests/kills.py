"""Kill a publisher at any instant, with a reader watching: for tests that promise that neither is noticed.

with watched(url + "/index.html", is_whole) as reader:
    for moment in moments(rounds(10), longest=0.2):
        killed(publish_forever, (host,), moment)
assert not reader.torn
"""

import contextlib
import multiprocessing
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


def rounds(usual: int) -> int:
    """How often to kill: `make soak` asks for more."""
    return int(os.environ.get("LIGHTSHIP_ROUNDS", usual))


def moments(count: int, longest: float, seed: int = 1) -> list[float]:
    """Seconds after which to kill: spread over the whole span, in an order that is the same each time."""
    spread = [longest * index / max(count - 1, 1) for index in range(count)]
    random.Random(seed).shuffle(spread)
    return spread


def killed(target: Callable[..., None], arguments: tuple[Any, ...], after: float, *, preload: tuple[str, ...] = ()) -> None:
    """Run `target(ready, *arguments)` in a process of its own; SIGKILL it `after` seconds from when it called `ready.set()`."""
    # Forked from a server that has imported everything: a round costs milliseconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([target.__module__, *preload])
    ready = context.Event()
    process = context.Process(target=target, args=(ready, *arguments), daemon=True)
    process.start()
    try:
        if not ready.wait(30):
            raise RuntimeError(f"{target.__name__} was not ready within 30 s")
        time.sleep(after)
    finally:
        process.kill()
        process.join()


@dataclass
class Reader:
    """What a stranger saw. `torn`: answers that were not a whole page."""

    seen: int = 0
    torn: list[str] = field(default_factory=list)


@contextlib.contextmanager
def watched(url: str, is_whole: Callable[[bytes], bool]) -> Iterator[Reader]:
    """Fetch a URL over and over until the block ends."""
    reader, over = Reader(), threading.Event()

    def look() -> None:
        while not over.is_set():
            body, problem = fetched(url)
            reader.seen += 1
            if problem or not is_whole(body):
                reader.torn.append(problem or repr(body[:80]))
            time.sleep(0.001)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield reader
    finally:
        over.set()
        thread.join()


def fetched(url: str, **headers: str) -> tuple[bytes, str]:
    """The body, or what was wrong."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
            return response.read(), ""
    except urllib.error.HTTPError as error:
        return b"", f"HTTP {error.code}"
    except OSError as error:
        return b"", str(error)
