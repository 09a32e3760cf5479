"""What staff wrote, made safe to show: Markdown to a small set of HTML, and to plain text for feeds and calendars."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_INLINE = {"em", "strong", "a", "code", "del"}
_TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
_TAGS = _INLINE | _TABLE | {"p", "br", "pre", "ul", "ol", "li", "blockquote", "hr", "h3", "h4", "h5", "h6"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_BREAK = re.compile(r"&lt;br\s*/?&gt;", re.IGNORECASE)
_BREAK_AND_LINE = re.compile(r"<br\s*/?>[ \t]*\n", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</?p(?:\s[^<>]*)?>\s*", re.IGNORECASE)
# Not after a few letters: “No. 5”, “Approx. 40”.
_SENTENCE = re.compile(r".{12,}?(?:[.!?…]+[\"'”’)]*(?= |$)|[。！？])")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@cache
def _parser() -> MarkdownIt:
    # `breaks`: staff press Enter for a new line; imported texts were written as plain text.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _alternative)
    parser.add_render_rule("text", _text)
    return parser


def _alternative(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """The alternative text of a picture, for the picture itself would be a request to somebody else's server."""
    return str(escape(tokens[index].content))


def _text(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """Other status pages let staff type `<br />`. Replaced here and not in the source, for code and tables need theirs."""
    return _BREAK.sub("<br>\n", str(escape(tokens[index].content)))


def _markdown(source: str) -> str:
    """The same status pages export `<p>` for a paragraph, and a newline after `<br />`. Other tags remain, as text."""
    return _PARAGRAPH.sub("\n\n", _BREAK_AND_LINE.sub("\n", legal(source)))


@lru_cache(maxsize=4096)
def block(source: str) -> Markup:
    """An update's body. Headings become h3 and below, for the page has its own outline."""
    html = _parser().render(_markdown(source))
    html = html.replace("<h2>", "<h4>").replace("</h2>", "</h4>").replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    return _clean(html, _TAGS)


@lru_cache(maxsize=4096)
def line(source: str) -> Markup:
    """A fact or a name with links and emphasis, on one line."""
    return _clean(_parser().renderInline(_markdown(source).strip()), _INLINE)


def _clean(html: str, tags: set[str]) -> Markup:
    safe = nh3.clean(
        html, tags=tags, attributes=_ATTRIBUTES, attribute_filter=_here, url_schemes=_SCHEMES, link_rel="nofollow noopener"
    )
    return Markup(safe.strip())  # noqa: S704 - it comes out of the sanitiser


def _here(_: str, name: str, value: str) -> str | None:
    """Drop a link such as `//evil.example`: it looks like a path of this site and is not one."""
    return None if name == "href" and value.startswith("//") else value


@lru_cache(maxsize=4096)
def plain(source: str) -> str:
    """The text without markup, on one line."""
    text = nh3.clean(_parser().render(_markdown(source)), tags=set())
    return " ".join(Markup(text).unescape().split())  # noqa: S704 - unescaped to text at once


def opening(source: str, most: int = 160) -> str:
    """The first words, cut at a word."""
    text = plain(source)
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


@lru_cache(maxsize=4096)
def sentence(source: str, most: int = 280) -> str:
    """The first sentence, without markup; cut at a word where it is very long."""
    text = plain(source)
    end = _SENTENCE.match(text[: most + 1])
    return end[0] if end else opening(source, most)


def legal(text: str) -> str:
    """Without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)
