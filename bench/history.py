"""Building a whole history for the first time: every page drawn, compressed and put to one folder.

Each size runs in a process of its own, so that its peak of memory is its own.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SIZES = (1_000, 10_000)


def main() -> None:
    small, large = (100, 1_000) if "--quick" in sys.argv else SIZES
    # The small size runs before and after the large one, so that other load on the machine affects both.
    before, built, after = (_built(size) for size in (small, large, small))
    _report(small, before)
    _report(large, built)
    seconds = built.seconds / ((before.seconds + after.seconds) / 2)
    work = built.work / ((before.work + after.work) / 2)
    print(f"{large:,} beside {small:,} incidents: {seconds:.1f} times the time, {work:.1f} times the CPU (goal: at most 12)")


@dataclass(frozen=True)
class Built:
    """The cost of one build: wall time and CPU in seconds, HTML pages, files, and peak memory in MB."""

    seconds: float
    work: float
    pages: int
    files: int
    megabytes: float


def _built(size: int) -> Built:
    answer = subprocess.run([sys.executable, "-m", "bench.history", str(size)], check=True, capture_output=True, text=True)
    seconds, work, pages, files, megabytes = (float(figure) for figure in answer.stdout.split()[-5:])
    return Built(seconds, work, int(pages), int(files), megabytes)


def _report(size: int, built: Built) -> None:
    print(
        f"full build of {size:,} incidents: {built.seconds:.1f} s ({built.work:.1f} s of CPU), {built.pages:,} pages "
        f"({built.pages / built.seconds:,.0f} a second), {built.files:,} files with their compressed forms, "
        f"{built.megabytes:.0f} MB at most"
    )


def build(size: int) -> None:
    """Build once, and print the fields of `Built`."""
    from bench.desk import load, new_desk, set_up, utc_now

    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home:
        desk = new_desk(Path(home), ("a",))
        set_up(desk)
        load(size)
        from lightship.cli.shared import App
        from lightship.publishing.publish import Publisher
        from lightship.publishing.read_only import open_host
        from lightship.publishing.rendering import Rendering
        from lightship.publishing.verify import Verifier
        from lightship.signing import SigningKey
        from lightship.store import models
        from lightship.worker.current import truth_of

        config = App(str(desk.config), os.environ).config().page(None)
        with desk.serving():
            started, work = time.perf_counter(), time.process_time()
            rendering = Rendering(truth_of(models.Page.objects.get(), config, utc_now()))
            publisher = Publisher(SigningKey(config.key), utc_now, Verifier(), deadline=600)
            receipt = asyncio.run(publisher.converge(rendering, open_host(config.hosts[0])))
            took, work = time.perf_counter() - started, time.process_time() - work
        if not receipt.proven:
            raise SystemExit(receipt.reason)
        files = [path for path in desk.home.joinpath("hosts/a").rglob("*") if path.is_file() and ".lightship" not in path.parts]
        pages = sum(path.suffix == ".html" for path in files)
        print(took, work, pages, len(files), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdecimal():
        build(int(sys.argv[1]))
    else:
        main()
