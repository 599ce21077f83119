"""Strategies in and out as spreadsheets: the files that people have, and back without loss.

- `tables/`: what each sheet says of which model, and the other way round;
- `loading`: writes rows, keeping track of what is added, changed, kept or refused;
- `names`: who or what a cell names; `levels`: « Axe 2 : … »;
- `loader`: a whole file, in one transaction that only a file without errors commits;
- `export`: a strategy as a workbook, and the empty model; `listing`: one list as a sheet.

A file of people or organisations alone is loaded in the same way: the strategy that is chosen, or
the current one, says of which region it speaks. So is a file of means or grants, into that
strategy: `appending` writes the rows that never change, `scdl` is the national form of grants.

The log stays out of it: what a file says of progress becomes the first report of an action that has
none, and never another.
"""

from proposals.exchange.export import export, model_file
from proposals.exchange.listing import LISTINGS, Listing
from proposals.exchange.loader import (
    FOR_READERS,
    INVITE,
    Outcome,
    is_about_actors,
    load,
    propose,
    says_enough,
    stands_alone,
)
from proposals.exchange.means import fits, means_csv, means_workbook
from proposals.exchange.results import results_csv, results_workbook
from proposals.exchange.tables import TABLES
from sress.spreadsheets.mapping import Mapping

__all__ = [
    "FOR_READERS",
    "INVITE",
    "LISTINGS",
    "TABLES",
    "Listing",
    "Mapping",
    "Outcome",
    "export",
    "fits",
    "is_about_actors",
    "load",
    "means_csv",
    "means_workbook",
    "model_file",
    "propose",
    "results_csv",
    "results_workbook",
    "says_enough",
    "stands_alone",
]
