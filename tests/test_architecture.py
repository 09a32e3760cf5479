"""The floors of docs/: who may import whom, asked of import-linter and of fresh interpreters."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "lightship"
CORE = sorted(path.stem for path in (SOURCE / "core").glob("*.py") if path.stem != "__init__")


def loaded_by(statement: str) -> set[str]:
    """The top names of every module that a fresh interpreter has loaded after the statement."""
    script = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(answer.stdout.split())


def test_every_contract_of_import_linter_holds() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_the_core_loads_nothing_but_the_standard_library() -> None:
    assert len(CORE) > 5
    extra = loaded_by("; ".join(f"import lightship.core.{name}" for name in CORE)) - loaded_by("pass")
    assert {name for name in extra if name not in sys.stdlib_module_names} == {"lightship"}


@pytest.mark.parametrize("name", CORE)
def test_a_file_of_the_core_names_only_the_standard_library(name: str) -> None:
    tree = ast.parse((SOURCE / "core" / f"{name}.py").read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    strange = {each for each in named if each.partition(".")[0] not in sys.stdlib_module_names}
    assert {each for each in strange if not each.startswith("lightship.core")} == set()


@pytest.mark.parametrize("name", CORE)
def test_the_core_asks_neither_the_clock_nor_chance(name: str) -> None:
    tree = ast.parse((SOURCE / "core" / f"{name}.py").read_text())
    called = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    assert called & {"now", "utcnow", "today", "monotonic", "open", "read_text", "choice", "random"} == set()


@pytest.mark.parametrize(
    "module",
    [
        "serve",
        "publish",
        "net",
        "publishing",
        "press",
        "seal",
        "page",
        "hosts",
        "zones",
        "channels",
        "certificates",
        "importers",
        "config",
        "cli",
    ],
)
def test_what_must_outlive_the_desk_never_loads_django(module: str) -> None:
    assert "django" not in loaded_by(f"import lightship.{module}")


def test_a_command_is_loaded_when_it_is_called() -> None:
    assert "urllib3" not in loaded_by("import lightship.cli")
    assert "lightship" in loaded_by("import lightship.cli")
