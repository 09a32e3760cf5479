"""How long a post is to the networks: X counts as its twitter-text, version 3, does; Mastodon counts
letters, and addresses as 23 too, so that what fits X fits its 500."""

import re
import unicodedata

X_MOST = 280
URL_WEIGHT = 23
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'…]")
# One picture, however many code points draw it: with skin tone, joined to others, a flag, a key.
_PICTURE = "[\u203c-\u3299\U0001f000-\U0001faff]"
_TONE = "[\ufe0f\U0001f3fb-\U0001f3ff]{0,2}"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}{_TONE}(?:[\U000e0020-\U000e007f]{{1,8}}|(?:\u200d{_PICTURE}{_TONE}){{0,6}})"
)


def x_length(text: str) -> int:
    """As X counts: an address is 23, a letter of most alphabets 1; one of Chinese, Japanese or Korean, or a picture, 2."""
    bare, urls = _URL.subn("", unicodedata.normalize("NFC", text))
    letters, pictures = _EMOJI.subn("", bare)
    return URL_WEIGHT * urls + 2 * pictures + len(letters) + len(_HEAVY.findall(letters))
