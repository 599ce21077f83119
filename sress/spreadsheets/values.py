"""What a cell means: each reader turns a value into what it says, or says why it cannot.

A reader gets the value, never blank, and `ask`, to call with a sentence when it had to guess. It
raises `Unreadable`, in French, with what to write instead.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator

from sress.money import to_cent
from sress.spreadsheets.workbook import Broken, Value
from sress.text import folded, tidy

Ask = Callable[[str], None]
Reader = Callable[[Value, Ask], Any]


class Unreadable(ValueError):  # noqa: N818
    """The cell does not say what its column is about."""


# --- Words


def text(value: Value, ask: Ask) -> str:
    """A line of text; numbers and dates as a reader sees them."""
    return tidy(_as_text(value))


def paragraphs(value: Value, ask: Ask) -> str:
    """A text of several lines."""
    lines = [tidy(line) for line in _as_text(value).splitlines()]
    return "\n".join(lines).strip()


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def items(value: Value, *, commas: bool = False) -> list[str]:
    """The items of a cell that lists several, one a line or separated by semicolons.

    An item that holds a semicolon is within quotation marks. `commas` separate too where names
    hold none.
    """
    found: list[str] = []
    separators = ";," if commas else ";"
    for line in _as_text(value).splitlines():
        found += re.findall(rf'\s*("(?:[^"]|"")*"|[^{separators}]+)\s*[{separators}]?', line)
    listed = (tidy(_unquoted(item.strip())) for item in found)
    return list(dict.fromkeys(item for item in listed if item))


def items_of(*, commas: bool = False) -> Reader:
    """A reader of the items of a cell."""
    return lambda value, ask: items(value, commas=commas)


def as_items(listed: Iterable[str]) -> str:
    """The inverse of `items`: one a line, quoted where needed."""
    return "\n".join(
        '"' + item.replace('"', '""') + '"' if ";" in item or item.startswith('"') else item
        for item in listed
    )


def _unquoted(item: str) -> str:
    if len(item) > 1 and item[0] == item[-1] == '"':
        return item[1:-1].replace('""', '"')
    return item


def code(value: Value, ask: Ask) -> str:
    """A code such as « 12.3 », which spreadsheets like to take for a number or a day."""
    if isinstance(value, date | datetime | time):
        raise Unreadable(
            "le tableur a pris ce code pour une date : mettez la colonne au format Texte, puis "
            "retapez-le"
        )
    if isinstance(value, float):
        value = f"{value:.10g}"
    return re.sub(r"\s*[.,\-]\s*", ".", tidy(str(value))).strip(".")


def email(value: Value, ask: Ask) -> str:
    """An e-mail address, in lower case."""
    address = text(value, ask).lower().removeprefix("mailto:")
    try:
        EmailValidator()(address)
    except ValidationError:
        raise Unreadable(
            f"« {address} » n'est pas une adresse électronique : « nom@exemple.fr » est attendu"
        ) from None
    return address


def url(value: Value, ask: Ask) -> str:
    """A web address; https where the scheme is left out."""
    said = text(value, ask)
    full = said if re.match(r"[a-z]+:", said) else f"https://{said}"
    try:
        URLValidator(schemes=["http", "https"])(full)
    except ValidationError:
        raise Unreadable(
            f"« {said} » n'est pas une adresse internet : « https://exemple.fr » est attendu"
        ) from None
    return full


def digits(value: Value, ask: Ask) -> str:
    """An official number: figures and capitals, without the spaces that people put in."""
    if isinstance(value, float) and value >= 1e11 and not value.is_integer():
        raise Unreadable("le tableur a arrondi ce numéro : mettez la colonne au format Texte")
    return re.sub(r"[\s.\-]", "", text(value, ask)).upper()


def choice(labels: Mapping[str, str], also: Mapping[str, str] | None = None) -> Reader:
    """A reader of one of `labels` (stored value → label); `also` has other words for them."""
    known = {folded(label): stored for stored, label in labels.items()}
    known |= {folded(stored): stored for stored in labels}
    known |= {folded(word): stored for word, stored in (also or {}).items()}

    def read(value: Value, ask: Ask) -> str:
        said = text(value, ask)
        if (found := known.get(folded(said))) is None:
            raise Unreadable(f"« {said} » n'est pas prévu. Au choix : {', '.join(labels.values())}")
        return found

    return read


_YES = {"oui", "o", "x", "1", "vrai", "true", "yes", "ok"}
_NO = {"non", "n", "0", "faux", "false", "no"}


def yes_no(value: Value, ask: Ask) -> bool:
    """« oui » or « non », a cross, a tick box."""
    if isinstance(value, bool):
        return value
    said = folded(text(value, ask))
    if said in _YES or said in _NO:
        return said in _YES
    raise Unreadable(f"« {text(value, ask)} » : « oui » ou « non » est attendu")


# --- Numbers

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_HAIR = Decimal("0.000001")


def decimal(value: Value, ask: Ask) -> Decimal:
    """A number, with a comma or a point, spaces between thousands, and a unit left aside."""
    if isinstance(value, bool | date | time):
        raise Unreadable(f"« {text(value, ask)} » n'est pas un nombre")
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    said = text(value, ask)
    bare = re.sub(r"[\s€%']", "", said).replace(",", ".")
    if not _NUMBER.fullmatch(bare):
        raise Unreadable(f"« {said} » n'est pas un nombre : « 1 234,50 » est attendu")
    try:
        return Decimal(bare)
    except InvalidOperation:
        raise Unreadable(f"« {said} » n'est pas un nombre") from None


def euros(value: Value, ask: Ask) -> Decimal:
    """An amount of money, to the cent: what a text says beyond is not rounded but refused."""
    number = decimal(value, ask)
    cents = to_cent(number)
    # A computed number may be a hair beside its cent, as 0.1 + 0.2 is.
    if cents != number and (isinstance(value, str) or abs(cents - number) > _HAIR):
        said = text(value, ask)
        raise Unreadable(f"« {said} » : un montant a deux décimales au plus, « 1 234,50 »")
    return cents


def whole(value: Value, ask: Ask) -> int:
    """A whole number, zero or more."""
    number = decimal(value, ask)
    if number != number.to_integral_value() or number < 0:
        raise Unreadable(f"« {text(value, ask)} » : un nombre entier est attendu")
    return int(number)


def year(value: Value, ask: Ask) -> int:
    """A year of four figures; of a date, its year."""
    if isinstance(value, date):
        return value.year
    number = whole(value, ask)
    if not 1990 <= number <= 2100:
        raise Unreadable(f"« {number} » n'est pas une année : « 2019 » est attendu")
    return number


def share(value: Value, ask: Ask) -> Decimal:
    """A part of one: « 40 % », « 0,4 »."""
    number = decimal(value, ask)
    return number / 100 if "%" in str(value) or number > 1 else number


# --- Dates

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars mar",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_FORMATS = (
    re.compile(r"(?P<d>\d{1,2}) (?P<m>\d{1,2}) (?P<y>\d{4}|\d{2})( 00 00( 00)?)?"),
    re.compile(r"(?P<y>\d{4}) (?P<m>\d{1,2}) (?P<d>\d{1,2})( 00 00 00|t00 00 00)?"),
    re.compile(r"(le )?(?P<d>\d{1,2})(er)? (?P<word>[a-z]+) (?P<y>\d{4}|\d{2})"),
)
_QUARTERS = {"1er": 1, "premier": 1, "2e": 2, "2eme": 2, "second": 2, "deuxieme": 2}
_QUARTERS |= {"3e": 3, "3eme": 3, "troisieme": 3, "4e": 4, "4eme": 4, "quatrieme": 4, "dernier": 4}
_POSITIONS = {"fin", "mi", "debut"}
_FILLERS = {"d", "ici", "de", "du", "la", "le", "l", "au", "avant", "pour", "courant", "annee"}
_SEASONS = {"printemps": (3, 6), "ete": (6, 9), "automne": (9, 12)}
# The day that spreadsheets count from.
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 73_050  # 1990 to 2099


def starts_on(value: Value, ask: Ask) -> date:
    """A date; the first day of a period given instead (« T4 2021 »: 1 October)."""
    return _day(value, ask, end=False)


def ends_on(value: Value, ask: Ask) -> date:
    """A date; the last day of a period given instead (« T4 2021 », « fin 2021 »: 31 December)."""
    return _day(value, ask, end=True)


def _day(value: Value, ask: Ask, *, end: bool) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and _FIRST_SERIAL <= value <= _LAST_SERIAL:  # type: ignore[operator]
        found = date(1899, 12, 30) + timedelta(days=int(value))  # type: ignore[arg-type]
        ask(f"« {value} » est lu comme le {found:%d/%m/%Y} (nombre de jours d'Excel)")
        return found
    said = text(value, ask)
    words = " ".join(re.findall(r"[a-z0-9]+", folded(said)))
    for pattern in _DAY_FORMATS:
        match = pattern.fullmatch(words)
        if match and match.groupdict().get("word") not in ("semestre", "trimestre"):
            return _written(match, said, ask)
    if period := _period(words):
        found = period[1] if end else period[0]
        ask(f"« {said} » est lu comme le {found:%d/%m/%Y}")
        return found
    raise Unreadable(f"« {said} » n'est pas une date : « 31/12/2021 » est attendu")


def _written(match: re.Match[str], said: str, ask: Ask) -> date:
    parts = match.groupdict()
    month = _MONTHS.get(parts["word"]) if parts.get("word") else int(parts["m"])
    year_said = int(parts["y"])
    if month is None:
        raise Unreadable(f"« {said} » : ce mois n'existe pas")
    short = len(parts["y"]) == 2
    try:
        found = date(year_said + 2000 if short else year_said, month, int(parts["d"]))
    except ValueError:
        raise Unreadable(f"« {said} » : ce jour n'existe pas dans le calendrier") from None
    if short:
        ask(f"« {said} » est lu comme le {found:%d/%m/%Y}")
    return found


def _period(words: str) -> tuple[date, date] | None:
    """The first and last day of a period in folded words: « t4 2021 », « fin mars 2020 »…"""
    *before, last = words.split() or [""]
    if not re.fullmatch(r"(19|20)\d\d", last):
        return None
    position = next((word for word in before if word in _POSITIONS), "")
    what = " ".join(word for word in before if word not in _POSITIONS | _FILLERS)
    if (months := _months(what)) is None:
        return None
    y = int(last)
    first_day = date(y, months[0], 1)
    last_day = date(y, months[1], monthrange(y, months[1])[1])
    if position == "mi":
        middle = (months[0] + months[1]) // 2
        halfway = date(y, middle, 15 if what in _MONTHS else monthrange(y, middle)[1])
        return halfway, halfway
    if position == "fin" and not what:
        return date(y, 10, 1), last_day
    if position == "debut" and not what:
        return first_day, date(y, 3, 31)
    return first_day, last_day


def _months(what: str) -> tuple[int, int] | None:
    """The first and last month of what is named before a year."""
    if what == "":
        return 1, 12
    if what in _MONTHS:
        return _MONTHS[what], _MONTHS[what]
    if what.isdecimal() and 1 <= int(what) <= 12:
        return int(what), int(what)
    if what in _SEASONS:
        return _SEASONS[what]
    match = re.fullmatch(
        r"([tqs]) ?(\d)|(\w+) (trimestre|semestre)|(trimestre|semestre) (\d)", what
    )
    if not match:
        return None
    rank = int(match[2] or match[6] or 0) or _QUARTERS.get(match[3] or "", 0)
    length = 6 if (match[1] == "s" or "semestre" in (match[4], match[5])) else 3
    if rank == 4 and length == 6:  # « dernier semestre »
        rank = 2
    return ((rank - 1) * length + 1, rank * length) if 1 <= rank <= 12 // length else None


def refuse_broken(value: Value) -> Value:
    """The value, unless a formula did not give it."""
    if isinstance(value, Broken):
        raise Unreadable(value.reason)
    return value
