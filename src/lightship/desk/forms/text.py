"""What people type, without the characters that no reader can see and some parsers refuse."""

import re
from typing import Any

from django import forms

# Control characters but tab and line ends; and halves of characters, which no encoding can write.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    return _UNSEEN.sub("", text)


class TextField(forms.CharField):
    """A name or a title."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "").strip()


class Link(forms.URLField):
    def to_python(self, value: Any) -> str:
        return super().to_python(clean(str(value or ""))) or ""
