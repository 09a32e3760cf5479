"""`python -m tests.witness.skewed CONFIG SECONDS`: a witness whose clock is that much ahead."""

import logging
import sys
from datetime import UTC, datetime, timedelta

from lightship.cli.shared import App
from lightship.witness import run

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    ahead = timedelta(seconds=float(sys.argv[2]))
    run(App(sys.argv[1], {}).config(("desk", "keys"), witness=True), lambda: datetime.now(UTC) + ahead)
