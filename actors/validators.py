"""The official numbers of French organisations."""

import re

from django.core.exceptions import ValidationError
from stdnum.fr import siren, siret

# Other scripts have figures too, which libraries fold into ours.
_FIGURES = re.compile(r"[0-9]+")
# Répertoire national des associations: W, then nine figures or letters (the second and third may be
# letters overseas, e.g. W9R1000123).
_RNA = re.compile(r"W[0-9][0-9A-Z][0-9]{7}")


def validate_siren(value: str) -> None:
    """SIREN: nine digits with a Luhn key (INSEE)."""
    if not (_FIGURES.fullmatch(value) and int(value) and siren.is_valid(value)):
        raise ValidationError(
            "« %(value)s » n'est pas un SIREN : neuf chiffres sont attendus, dont une clé.",
            params={"value": value},
        )


def validate_siret(value: str) -> None:
    """SIRET: fourteen digits, the SIREN then five; the key of La Poste is its own (INSEE)."""
    if not (_FIGURES.fullmatch(value) and int(value) and siret.is_valid(value)):
        raise ValidationError(
            "« %(value)s » n'est pas un SIRET : quatorze chiffres sont attendus, dont une clé.",
            params={"value": value},
        )


def validate_rna(value: str) -> None:
    """RNA: the number of an association, W and nine characters."""
    if not _RNA.fullmatch(value):
        raise ValidationError(
            "« %(value)s » n'est pas un numéro RNA : W suivi de neuf chiffres est attendu.",
            params={"value": value},
        )
