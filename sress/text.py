"""Texts as people type them, made comparable."""

import re
import unicodedata

_BREAKS = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_INCLUSIVE = re.compile(r"[·.(\-](e|es|s|ne|nes|rice|rices|trice|euse)\)?(?=\W|$)", re.IGNORECASE)


def tidy(text: str) -> str:
    """The text on one line, without invisible characters. Spaces stay as they were typed."""
    visible = (c for c in text if c in "\r\n\t" or unicodedata.category(c) not in ("Cc", "Cf"))
    return _BREAKS.sub(" ", "".join(visible)).strip()


def folded(text: str) -> str:
    """The text as it compares: without case, accents, inclusive endings or punctuation."""
    plain = unicodedata.normalize("NFKD", _INCLUSIVE.sub("", tidy(text)).replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = plain.replace("œ", "oe").replace("æ", "ae")
    return " ".join(re.findall(r"[a-z0-9]+", plain))
