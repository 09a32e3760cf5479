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
from pathlib import Path

SIZES = (1_000, 10_000)


def main() -> None:
    quick = "--quick" in sys.argv
    sizes = (100, 1_000) if quick else SIZES
    seconds = []
    for size in sizes:
        answer = subprocess.run([sys.executable, "-m", "bench.history", str(size)], check=True, capture_output=True, text=True)
        took, pages, files, megabytes = (float(word) for word in answer.stdout.split()[-4:])
        seconds.append(took)
        print(
            f"full build of {size:,} incidents: {took:.1f} s, {pages:,.0f} pages ({pages / took:,.0f} a second), "
            f"{files:,.0f} files with their compressed forms, {megabytes:.0f} MB at most"
        )
    print(f"{sizes[1]:,} beside {sizes[0]:,} incidents: {seconds[1] / seconds[0]:.1f} times the time (goal: at most 12)")


def build(size: int) -> None:
    """Print seconds, HTML pages, files, and the peak of memory in MB."""
    from bench.desk import load, new_desk, set_up, utc_now

    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home:
        desk = new_desk(Path(home), ("a",))
        set_up(desk)
        load(size)
        from lightship.cli.shared import Told
        from lightship.desk import models
        from lightship.desk.worker import open_host, truth_of
        from lightship.press import Press
        from lightship.prove import Stranger
        from lightship.publish import Publisher
        from lightship.seal import Seal

        config = Told(str(desk.config), os.environ).config().page(None)
        with desk.serving():
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            started = time.perf_counter()
            press = Press(truth_of(models.Page.objects.get(), config, utc_now()))
            publisher = Publisher(Seal(config.key), utc_now, Stranger(), deadline=600)
            receipt = asyncio.run(publisher.converge(press, open_host(config.hosts[0])))
            took = time.perf_counter() - started
        if not receipt.proven:
            raise SystemExit(receipt.words)
        files = [path for path in desk.home.joinpath("hosts/a").rglob("*") if path.is_file() and ".lightship" not in path.parts]
        pages = sum(path.suffix == ".html" for path in files)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(took, pages, len(files), max(before, after) / 1024)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdecimal():
        build(int(sys.argv[1]))
    else:
        main()
