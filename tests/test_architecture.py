"""What import-linter cannot say of the floors (it says the rest in `make check`): what a command loads, and what core calls."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "src" / "lightship" / "core").rglob("*.py"))
IMPURE = {"now", "utcnow", "today", "monotonic", "open", "read_text", "choice", "random"}


def test_a_command_is_loaded_when_it_is_called() -> None:
    script = "import sys, lightship.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = set(answer.stdout.split())
    assert "lightship" in loaded
    assert loaded & {"django", "urllib3"} == set()


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_a_file_of_the_core_names_only_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("lightship.core")} == set()


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_asks_neither_the_clock_nor_chance(path: Path) -> None:
    tree = ast.parse(path.read_text())
    calls = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    assert calls & IMPURE == set()


def test_the_core_is_where_these_tests_look_for_it() -> None:
    assert len(CORE) > 5
