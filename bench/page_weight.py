"""The size of the front page: 30 components in 5 groups with 90-day bars, and 3 or 10 open incidents of 5 updates each."""

import gzip

import brotli  # type: ignore[import-untyped]
from tests.page.sample import snapshot

from lightship import page

GOALS = {3: 8_000, 10: 14_100}


def main() -> None:
    for incidents, goal in GOALS.items():
        body = page.front(snapshot(incidents))["index.html"]
        packed, smaller = len(gzip.compress(body, 9, mtime=0)), len(brotli.compress(body, quality=5))
        print(
            f"front page with {incidents} open incidents: {packed:,} bytes gzip 9 ({packed / goal:.0%} of the goal, {goal:,}), "
            f"{smaller:,} brotli 5, {len(body):,} plain; one request"
        )


if __name__ == "__main__":
    main()
