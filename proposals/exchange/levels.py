"""The two levels of a strategy as files name them: « Axe 2 : … », « Objectif 1.3 », a title alone.

Regions have words of their own for them; those of the file's headings become the strategy's.
"""

import re
from dataclasses import dataclass

from sress.spreadsheets.values import Ask, text
from sress.spreadsheets.workbook import Value
from sress.text import folded

AXIS_WORDS = {
    "axe": "axes",
    "enjeu": "enjeux",
    "orientation": "orientations",
    "pilier": "piliers",
    "priorité": "priorités",
    "défi": "défis",
    "ambition": "ambitions",
}
PROPOSAL_WORDS = {
    "proposition": "propositions",
    "objectif": "objectifs",
    "mesure": "mesures",
    "engagement": "engagements",
    "levier": "leviers",
    "chantier": "chantiers",
}
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
}
_WORDS = "|".join(folded(word) for word in (*AXIS_WORDS, *PROPOSAL_WORDS))
_AFTER_WORD = re.compile(
    rf"(?:{_WORDS})s?\s*(?:n\s*[°o]\s*)?(?P<mark>\d+(?:[.\-]\d+)*|[ivx]+(?=\W|$))\s*[:.)–—\-]?\s*"
)
_ALONE = re.compile(r"(?P<mark>\d+(?:[.\-]\d+)*)\s*(?:[:.)–—\-]\s*|$|\s+(?=[^\d\s]))")


@dataclass(frozen=True, slots=True)
class Named:
    """An axis or a proposal as a cell names it. `number` is None when it has none of its own."""

    number: int | None
    mark: str
    """What the file counts with: « 2 », « 1.3 »; "" for a title alone."""
    title: str


def named(value: Value, ask: Ask) -> Named:
    """Read « Axe 2 : Former », « 2 », « 2. Former », « Objectif 1.3 – Former », « Former »."""
    said = text(value, ask)
    plain = _same_length(said)
    match = _AFTER_WORD.match(plain) or _ALONE.match(plain)
    if match is None:
        return Named(None, "", said)
    mark = match["mark"].replace("-", ".")
    number = _ROMAN.get(mark) or (int(mark) if mark.isdecimal() else None)
    return Named(number, str(number or mark), said[match.end() :].strip())


def _same_length(said: str) -> str:
    """Lower case without accents, character by character, so that positions stay."""
    return "".join((folded(c) or c.lower())[:1] if c.isalpha() else c for c in said)


def headings(words: dict[str, str]) -> tuple[str, ...]:
    """What files head the column of a level with."""
    found = []
    for word, plural in words.items():
        found += [word, plural, f"N° {word}", f"{word} n°", f"Numéro {word}", f"N° {_of(word)}"]
        found += [f"Numéro {_of(word)}", f"{word} stratégique", f"{word} opérationnel"]
    return tuple(found)


def title_headings(words: dict[str, str]) -> tuple[str, ...]:
    """What files head the column of a level's title with."""
    return tuple(
        name
        for word in words
        for kind in ("Titre", "Intitulé", "Libellé", "Nom")
        for name in (f"{kind} {word}", f"{kind} {_of(word)}")
    )


def word_in(heading: str, words: dict[str, str]) -> str:
    """The word of `words` that a heading holds; "" when it holds none."""
    said = folded(heading).split()
    for word, plural in words.items():
        if folded(word) in said or folded(plural) in said:
            return word
    return ""


def _of(word: str) -> str:
    if folded(word)[0] in "aeiou":
        return f"de l'{word}"
    return f"du {word}" if word in ("pilier", "défi", "objectif", "levier") else f"de la {word}"
