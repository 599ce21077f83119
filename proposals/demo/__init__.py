"""Demonstration data: two strategies with a believable history. See `story` for the files.

Decency: these pages get photographed. Real bodies appear only in neutral actions, as partners or
territories; delays, difficulties and their like belong to invented structures. A test holds it over
every day of the story.
"""

from proposals.demo.loader import LoadedDemo, RealDataError, load

__all__ = ["LoadedDemo", "RealDataError", "load"]
