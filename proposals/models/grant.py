"""Grants (subventions): what the law asks to publish of them.

Law 2000-321 (article 10) and décret 2017-779: above 23 000 euros a year, a grant has a convention,
and its essential data are published within three months of its signature. The columns are those of
the national schema « SCDL Subventions » 2.1.1, kept as they were written: a date of payment that
does not exist, a period that ends before it begins or shares that do not sum to 1 are told by a
warning, never mended here.
"""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from actors.models import Organisation
from proposals.models.action import Action
from proposals.models.ledger import Exact
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.money import to_cent

# Euros a year to one beneficiary above which a convention is due, and its publication.
THRESHOLD = Decimal("23000")
MONTHS_TO_PUBLISH = 3
# What stands for the name of a natural person, which is never kept.
PERSON = "Personne physique"
PERIOD = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?"


@tracked()
class Grant(models.Model):
    """A grant to one beneficiary; several beneficiaries of one decision are a row each."""

    class Nature(models.TextChoices):
        """The four texts that the schema allows, the order of two natures included."""

        CASH = "aide en numéraire", "aide en numéraire"
        KIND = "aide en nature", "aide en nature"
        CASH_AND_KIND = "aide en numéraire;aide en nature", "aide en numéraire et en nature"
        KIND_AND_CASH = "aide en nature;aide en numéraire", "aide en nature et en numéraire"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="grants", verbose_name="stratégie"
    )
    reference = models.CharField(
        "référence interne",
        max_length=80,
        blank=True,
        help_text="Celle par laquelle un fichier retrouve la subvention.",
    )
    action = models.ForeignKey(
        Action,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name="action",
    )
    beneficiary = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name="structure bénéficiaire",
    )
    is_person = models.BooleanField(
        "personne physique",
        default=False,
        help_text="Son nom n'est ni gardé ni publié : la subvention ne compte que dans les totaux.",
    )
    granting_name = models.CharField("nom de l'attribuant", max_length=250)
    granting_siret = models.CharField(
        "SIRET de l'attribuant",
        max_length=14,
        validators=[RegexValidator(r"^[0-9]{14}$", "Un SIRET a quatorze chiffres.")],
    )
    signed_on = models.DateField("date de la convention")
    decision_reference = models.CharField("référence de la décision", max_length=250, blank=True)
    beneficiary_name = models.CharField("nom du bénéficiaire", max_length=250, blank=True)
    beneficiary_siret = models.CharField(
        "SIRET du bénéficiaire",
        max_length=14,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{14}$", "Un SIRET a quatorze chiffres.")],
    )
    beneficiary_rna = models.CharField(
        "RNA du bénéficiaire",
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^W[0-9]{9}$", "Un numéro RNA s'écrit W et neuf chiffres.")],
    )
    purpose = models.CharField("objet", max_length=256)
    amount = Exact("montant total", help_text="Avant partage entre les bénéficiaires.")
    nature = models.CharField("nature", max_length=40, choices=Nature, default=Nature.CASH)
    payment_terms = models.CharField(
        "conditions de versement",
        max_length=256,
        default="unique",
        help_text="« unique », « échelonné », ou un texte.",
    )
    payment_period = models.CharField(
        "date ou période de versement",
        max_length=21,
        validators=[RegexValidator(rf"^{PERIOD}$", "Attendu : « 2019-03-01/2019-12-31 ».")],
        help_text="« 2019-03-01 » ou « 2019-03-01/2019-12-31 ».",
    )
    rae_id = models.CharField("identifiant RAE", max_length=5, blank=True)
    eu_notified = models.BooleanField("aide notifiée à l'Union européenne", default=False)
    share = models.DecimalField(
        "part du bénéficiaire",
        max_digits=7,
        decimal_places=6,
        default=1,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(1))],
        help_text="De 0,01 à 1.",
    )
    scheme = models.CharField("dispositif d'aide", max_length=250, blank=True)
    published_on = models.DateField(
        "publiée le", null=True, blank=True, help_text="Depuis quand les données ouvertes l'ont."
    )
    recorded_at = models.DateTimeField("saisie le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "subvention"
        ordering = ["-signed_on", "-pk"]
        indexes = [models.Index(fields=["strategy", "signed_on"], name="grant_by_signature")]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "reference"],
                condition=~Q(reference=""),
                name="grant_reference_unique",
                violation_error_message="Une subvention porte déjà cette référence.",
            ),
            # Without a reference of its own: its decision, its object and who gets it.
            models.UniqueConstraint(
                fields=[
                    "strategy",
                    "decision_reference",
                    "signed_on",
                    "purpose",
                    "beneficiary_name",
                    "beneficiary_siret",
                    "beneficiary_rna",
                ],
                condition=Q(reference=""),
                name="grant_unique",
                violation_error_message="Cette subvention est déjà enregistrée.",
            ),
            models.CheckConstraint(
                condition=Q(is_person=True) | ~Q(beneficiary_siret="") | ~Q(beneficiary_rna=""),
                name="grant_identifies_beneficiary",
                violation_error_message="Le SIRET ou le RNA du bénéficiaire est nécessaire.",
            ),
            models.CheckConstraint(
                condition=(Q(is_person=False) & ~Q(beneficiary_name=""))
                | Q(
                    is_person=True,
                    beneficiary=None,
                    beneficiary_name="",
                    beneficiary_siret="",
                    beneficiary_rna="",
                    published_on=None,
                ),
                name="grant_keeps_no_person",
                violation_error_message="D'une personne physique, ni le nom ni un numéro n'est "
                "gardé ou publié ; une personne morale a un nom.",
            ),
            models.CheckConstraint(
                condition=Q(beneficiary_siret="") | Q(beneficiary_siret__regex=r"^[0-9]{14}$"),
                name="grant_siret_digits",
                violation_error_message="Un SIRET a quatorze chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(
                    nature__in=[
                        "aide en numéraire",
                        "aide en nature",
                        "aide en numéraire;aide en nature",
                        "aide en nature;aide en numéraire",
                    ]
                ),
                name="grant_nature_known",
                violation_error_message="Une aide est en numéraire, en nature, ou les deux.",
            ),
            models.CheckConstraint(
                condition=Q(granting_siret__regex=r"^[0-9]{14}$"),
                name="grant_granting_siret_digits",
                violation_error_message="Le SIRET de l'attribuant a quatorze chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(beneficiary_rna="") | Q(beneficiary_rna__regex=r"^W[0-9]{9}$"),
                name="grant_rna_shape",
                violation_error_message="Un numéro RNA s'écrit W et neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(payment_period__regex=rf"^{PERIOD}$"),
                name="grant_period_shape",
                violation_error_message="Une période de versement s'écrit 2019-03-01 ou "
                "2019-03-01/2019-12-31.",
            ),
            models.CheckConstraint(
                condition=Q(share__gte=Decimal("0.01"), share__lte=1),
                name="grant_share_in_range",
                violation_error_message="Une part est comprise entre 0,01 et 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_beneficiary}, {self.signed_on:%d/%m/%Y}"

    @property
    def shown_beneficiary(self) -> str:
        """Who got it; of a natural person, nothing more."""
        return PERSON if self.is_person else self.beneficiary_name

    @property
    def received(self) -> Decimal:
        """The beneficiary's part of the amount, to the cent, half up."""
        return to_cent(self.amount * self.share)

    @property
    def period(self) -> tuple[date, date] | None:
        """The days of payment that `payment_period` names; None where one is no day of any year."""
        try:
            days = [date.fromisoformat(text) for text in self.payment_period.split("/")]
        except ValueError:
            return None
        return days[0], days[-1]
