"""The words of German updates, by class. How a class is used: docs/extend/languages.md."""

from lightship.core.clarity.pack import Pack

PACK = Pack(language="de", phrases={}, names=False)
