"""The longest that files and functions may be (`make check`). A room that outgrows a limit is redesigned, not squeezed."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

FILE, MODELS, TESTS, FUNCTION = 300, 400, 500, 60
MEDIAN, NINE_IN_TEN = 10, 30


def main() -> int:
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.py"], capture_output=True, text=True, check=True)
    faults, lengths = [], []
    for name in files.stdout.split():
        path = Path(name)
        if not path.exists() or "migrations" in path.parts:
            continue
        text = path.read_text()
        faults += _file(path, text)
        spans = _functions(text)
        faults += [
            f"{name}:{line}: function {function} has {length} lines, {FUNCTION} at most"
            for line, function, length in spans
            if length > FUNCTION
        ]
        if path.parts[0] == "src":
            lengths += [length for _, _, length in spans]
            if not ast.get_docstring(ast.parse(text)) and text.strip():
                faults.append(f"{name}: no charter: say in one sentence what the module is for")
    median, tenth = statistics.median(lengths), statistics.quantiles(lengths, n=10)[-1]
    if median > MEDIAN or tenth > NINE_IN_TEN:
        faults.append(
            f"functions grow: median {median:.0f} lines ({MEDIAN} at most), nine in ten under {tenth:.0f} ({NINE_IN_TEN})"
        )
    print("\n".join(faults) or f"{len(lengths)} functions: median {median:.0f} lines, nine in ten under {tenth:.0f}")
    return 1 if faults else 0


def _file(path: Path, text: str) -> list[str]:
    most = TESTS if path.parts[0] in ("tests", "bench") else MODELS if path.name == "models.py" else FILE
    lines = text.count("\n")
    return [f"{path}: {lines} lines, {most} at most"] if lines > most else []


def _functions(text: str) -> list[tuple[int, str, int]]:
    return [
        (node.lineno, node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


if __name__ == "__main__":
    sys.exit(main())
