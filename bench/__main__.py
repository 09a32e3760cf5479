"""`make bench`: every measurement, one after another. `python -m bench publish serve --quick`: some, with fewer rounds.
Those of RECORDED take options of their own: `python -m bench replay --help`."""

import importlib
import sys

ALL = (
    "page_weight",
    "publish",
    "history",
    "hosts",
    "serve",
    "zones",
    "failover",
    "readers",
    "vault",
    "acceptance",
    "replay",
    "clarity",
)
RECORDED = ("replay", "clarity")
"""They read recorded data, and are called alone."""


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] in RECORDED:
        importlib.import_module(f"bench.{arguments[0]}").main(arguments[1:])
        return 0
    options = [argument for argument in arguments if argument.startswith("-")]
    chosen = [argument for argument in arguments if not argument.startswith("-")] or list(ALL)
    if set(chosen) - set(ALL) or set(options) - {"--quick"}:
        print(f"usage: python -m bench [{'] ['.join(ALL)}] [--quick]", file=sys.stderr)
        return 2
    for name in chosen:
        print(f"\n{name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
