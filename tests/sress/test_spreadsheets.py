"""Files as Excel and LibreOffice save them, and what their cells mean."""

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import odfdo
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sress.spreadsheets import values
from sress.spreadsheets.reading import read_workbook
from sress.spreadsheets.values import Unreadable
from sress.spreadsheets.workbook import Broken, UnreadableFileError, address
from sress.spreadsheets.writing import Written, write
from sress.text import folded


def read(reader, value):
    """What a reader says, and how often it had to guess."""
    guesses = []
    return reader(value, guesses.append), len(guesses)


# Dates


@pytest.mark.parametrize(
    ("said", "first", "last", "guessed"),
    [
        ("31/12/2021", "2021-12-31", "2021-12-31", False),
        ("2021-12-31", "2021-12-31", "2021-12-31", False),
        ("2021-12-31 00:00:00", "2021-12-31", "2021-12-31", False),
        ("1er juin 2018", "2018-06-01", "2018-06-01", False),
        ("le 31 déc. 2021", "2021-12-31", "2021-12-31", False),
        ("31.12.21", "2021-12-31", "2021-12-31", True),
        ("T4 2021", "2021-10-01", "2021-12-31", True),
        ("4ème trimestre 2021", "2021-10-01", "2021-12-31", True),
        ("1er semestre 2020", "2020-01-01", "2020-06-30", True),
        ("S2 2020", "2020-07-01", "2020-12-31", True),
        ("fin 2021", "2021-10-01", "2021-12-31", True),
        ("d'ici fin 2021", "2021-10-01", "2021-12-31", True),
        ("Fin décembre 2021", "2021-12-01", "2021-12-31", True),
        ("mi-2021", "2021-06-30", "2021-06-30", True),
        ("février 2020", "2020-02-01", "2020-02-29", True),
        ("12/2021", "2021-12-01", "2021-12-31", True),
        ("été 2020", "2020-06-01", "2020-09-30", True),
        (2021, "2021-01-01", "2021-12-31", True),
        (44561, "2021-12-31", "2021-12-31", True),
        (date(2021, 12, 31), "2021-12-31", "2021-12-31", False),
        (datetime(2021, 12, 31, 9, 30), "2021-12-31", "2021-12-31", False),  # noqa: DTZ001
    ],
)
def test_dates_as_people_write_them(said, first, last, guessed):
    assert read(values.starts_on, said) == (date.fromisoformat(first), int(guessed))
    assert read(values.ends_on, said) == (date.fromisoformat(last), int(guessed))


@pytest.mark.parametrize(
    "said", ["bientôt", "31/02/2021", "32/01/2020", "13/2020", "T5 2020", "S3 2020", "31 foo 2020"]
)
def test_what_is_no_date_is_refused(said):
    with pytest.raises(Unreadable):
        values.ends_on(said, lambda guess: None)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_in_every_way_it_is_written(day):
    for said in (
        f"{day:%d/%m/%Y}",
        day.isoformat(),
        f"{day:%d.%m.%Y}",
        f"{day.day}/{day.month}/{day.year}",
    ):
        assert read(values.ends_on, said) == (day, 0)


# Numbers, words, lists


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1 234,50 €", "1234.50"),
        ("1\u202f234\u00a0567", "1234567"),
        ("-12,5", "-12.5"),
        ("50 %", "50"),
        (3.5, "3.5"),
        (7, "7"),
    ],
)
def test_numbers(said, number):
    assert read(values.decimal, said) == (Decimal(number), 0)


@pytest.mark.parametrize("said", ["douze", "12,3,4", True, date(2019, 1, 1), "1-2"])
def test_what_is_no_number_is_refused(said):
    with pytest.raises(Unreadable):
        values.decimal(said, lambda guess: None)


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("1 234,56 €", "1234.56"),
        ("1234.5", "1234.50"),
        (1234.56, "1234.56"),
        (0.1 + 0.2, "0.30"),
        (Decimal("0.1"), "0.10"),
        (12, "12.00"),
    ],
)
def test_amounts_are_exact_to_the_cent(said, amount):
    found, guesses = read(values.euros, said)
    assert (str(found), guesses) == (amount, 0)


@pytest.mark.parametrize("said", ["1,005", 1.005, Decimal("0.001"), "1.234,56"])
def test_what_is_not_to_the_cent_is_refused(said):
    with pytest.raises(Unreadable):
        values.euros(said, lambda guess: None)


@pytest.mark.parametrize(
    ("said", "code"),
    [(12.1, "12.1"), (3, "3"), ("12-3", "12.3"), (" 12 . 3 ", "12.3"), ("12,3", "12.3")],
)
def test_codes(said, code):
    assert read(values.code, said) == (code, 0)


ITEM = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(ITEM, unique=True))
def test_a_list_in_a_cell_comes_back(listed):
    assert values.items(values.as_items(listed)) == listed


def test_words_compare_without_accents_case_or_inclusive_endings():
    assert folded("Élu·e référent·e") == folded("ELU REFERENT") == folded("élu(e)  Référent(e)")
    assert folded("L’Œuvre") == "l oeuvre"


# Files


def xlsx(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_text_tables_of_any_kind(encoding, delimiter):
    rows = [["Été", "Échéance", "Œuvre"], ["a", "31/12/2021", "1 234"], ["b", "", "x"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (sheet,) = read_workbook("f.csv", text.encode(encoding)).sheets
    assert sheet.rows == [
        ["Été", "Échéance", "Œuvre"],
        ["a", "31/12/2021", "1 234"],
        ["b", None, "x"],
    ]


def test_a_delimiter_within_quotes_does_not_count():
    content = b'a;b\r\n"x, y, z";1\r\n"un ""mot"", deux";2\r\n'
    (sheet,) = read_workbook("f.csv", content).sheets
    assert sheet.rows[1:] == [["x, y, z", "1"], ['un "mot", deux', "2"]]


def test_a_formula_gives_its_value_or_says_that_it_has_none():
    book = openpyxl.Workbook()
    book.active.append([1, "=A1*2", "#REF!"])
    (sheet,) = read_workbook("f.xlsx", xlsx(book)).sheets
    one, uncomputed, error = sheet.rows[0]
    assert one == 1
    assert isinstance(uncomputed, Broken)
    assert "enregistrez-le" in str(uncomputed)
    assert isinstance(error, Broken)


def test_numbers_and_days_are_themselves():
    book = openpyxl.Workbook()
    book.active.append([2019, 2019.0, 0.5, date(2019, 3, 1), time(9, 30), True, "  "])
    (sheet,) = read_workbook("f.xlsx", xlsx(book)).sheets
    assert sheet.rows == [[2019, 2019, 0.5, date(2019, 3, 1), time(9, 30), True]]


def test_merged_cells_repeat_downwards_only():
    book = openpyxl.Workbook()
    for row in (["a", None, 1], [None, None, 2], ["b", None, 3]):
        book.active.append(row)
    book.active.merge_cells("A1:B2")
    (sheet,) = read_workbook("f.xlsx", xlsx(book)).sheets
    assert sheet.rows == [["a", None, 1], ["a", None, 2], ["b", None, 3]]


def test_an_empty_row_repeated_to_the_end_of_a_sheet_costs_nothing():
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("A")
    table.append_row(odfdo.Row(), clone=False)
    table.set_value((0, 0), "x")
    empty = odfdo.Row()
    empty.repeated = 1_000_000
    table.append_row(empty, clone=False)
    document.body.append(table)
    file = io.BytesIO()
    document.save(file)
    (sheet,) = read_workbook("f.ods", file.getvalue()).sheets
    assert sheet.rows == [["x"]]


def test_an_archive_that_unpacks_to_too_much_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (301 * 1024 * 1024))
    with pytest.raises(UnreadableFileError, match="trop gros"):
        read_workbook("f.xlsx", file.getvalue())


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_is_written_is_read_again(kind):
    row = [
        "Texte\nsur deux lignes",
        "=1+1",
        12,
        Decimal("3.5"),
        date(2019, 3, 1),
        True,
        None,
        "«\u00a0é\u202f»",
    ]
    content = write(kind, [Written("Feuille", ["H"], [row])])
    (sheet,) = [one for one in read_workbook("f", content).sheets if one.name == "Feuille"]
    assert sheet.rows[0] == ["H"]
    assert sheet.rows[1] == [*row[:3], Decimal("3.5"), date(2019, 3, 1), "oui", None, row[7]]


def test_addresses():
    assert [address(0, 0), address(9, 25), address(11, 26), address(0, 701)] == [
        "A1",
        "Z10",
        "AA12",
        "ZZ1",
    ]
