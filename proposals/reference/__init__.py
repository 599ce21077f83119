"""The real strategy and its institutions: public facts, each with its source, as data files."""

from proposals.reference.loader import SLUG, LoadedReference, load

__all__ = ["SLUG", "LoadedReference", "load"]
