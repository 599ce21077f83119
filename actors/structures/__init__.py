"""ESS structures in from directories: the Sirene register, and the chamber's own list.

- `families`: the legal family that a category code of INSEE stands for;
- `sirene`: the register's layout, streamed row by row;
- `listing`: any other list, by its headings or by a mapping;
- `store`: both, into the database at once.

They spot structures. They are no legal list: the site says so.
"""

from actors.structures.listing import STRUCTURES, read_listing
from actors.structures.sirene import is_sirene, read_sirene
from actors.structures.store import Rejected, Spotted, Stored, store

__all__ = [
    "STRUCTURES",
    "Rejected",
    "Spotted",
    "Stored",
    "is_sirene",
    "read_listing",
    "read_sirene",
    "store",
]
