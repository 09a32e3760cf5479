"""What staff wrote, made safe to show: Markdown to a small set of HTML, and to plain text for feeds and calendars."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "a",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "hr",
    "h3",
    "h4",
    "h5",
    "h6",
    "del",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_INLINE = {"em", "strong", "a", "code", "del"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@cache
def _parser() -> MarkdownIt:
    # `breaks`: staff press Enter and mean a new line; imported texts were written as plain text.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _alternative)
    return parser


def _alternative(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """A picture would be a request to somebody else's server: its text stands for it."""
    return str(escape(tokens[index].content))


@lru_cache(maxsize=4096)
def block(source: str) -> Markup:
    """An update's text. Headings sink to h3 and below, for the page has its own outline."""
    html = _parser().render(legal(source))
    html = html.replace("<h2>", "<h4>").replace("</h2>", "</h4>").replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    return _clean(html, _TAGS)


@lru_cache(maxsize=4096)
def line(source: str) -> Markup:
    """A fact or a name with links and emphasis, on one line."""
    return _clean(_parser().renderInline(legal(source)), _INLINE)


def _clean(html: str, tags: set[str]) -> Markup:
    safe = nh3.clean(html, tags=tags, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="nofollow noopener")
    return Markup(safe.strip())  # noqa: S704 - it comes out of the sanitiser


@lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """The words alone, on one line."""
    text = nh3.clean(_parser().render(legal(source)), tags=set())
    return " ".join(Markup(text).unescape().split())  # noqa: S704 - unescaped to text at once


def opening(source: str, most: int = 160) -> str:
    """The first words, cut at a word."""
    text = plain(source)
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def legal(text: str) -> str:
    """Without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)
