"""Templates, style and script: read once, made small, and named by hash in the page's content security policy."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from lightship.page import labels, prose


def render(template: str, **values: Any) -> bytes:
    """The rendered template without control characters, whichever field they came from: XML forbids them."""
    return prose.legal(_environment().get_template(template).render(values)).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["counted"] = labels.counted
    return environment


def source(folder: str, name: str) -> str:
    return (Path(__file__).parent / folder / name).read_text("utf-8")


def _template(name: str) -> str:
    """The template without indentation; newlines remain as the white space between words."""
    return re.sub(r"\s*\n\s*", "\n", source("templates", name)).strip()


@cache
def asset(name: str) -> str:
    return _small_css(source("static", name)) if name.endswith(".css") else _small_js(source("static", name))


@cache
def script(*files: str) -> str:
    """One inline script: times in the reader's zone everywhere, and what else a page needs."""
    return "\n".join(asset(name) for name in ("times.js", *files))


@cache
def style(*files: str) -> str:
    return "".join(asset(name) for name in ("page.css", *files))


def _small_css(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,>]) ?", r"\1", text).replace(": ", ":").replace(";}", "}").strip()


def _small_js(text: str) -> str:
    """Our scripts keep comments on lines of their own and strings off the ends of lines."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@cache
def hashed(text: str) -> str:
    """As a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(style: str, script: str, requests: str = "") -> str:
    """Only our own style and script may run. `requests`: the directive that allows those that they make."""
    return (
        f"default-src 'none';style-src {hashed(style)};script-src {hashed(script)};"
        f"{requests}img-src data:;base-uri 'none';form-action 'none'"
    )


@cache
def fingerprint(root: Path = Path(__file__).parents[1]) -> str:
    """A hash of every source file under `root` that what is rendered depends on."""
    digest = hashlib.sha256()
    for file in sorted(file for room in ("core", "page") for file in (root / room).rglob("*") if file.is_file()):
        if file.suffix != ".pyc":
            digest.update(json.dumps(file.name).encode() + file.read_bytes())
    return digest.hexdigest()
