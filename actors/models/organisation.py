"""Organisations: those that steer, carry, fund or benefit."""

from django.db import models
from django.db.models import Q

from actors.validators import validate_rna, validate_siren, validate_siret
from sress.audit.tracking import tracked


@tracked()
class Organisation(models.Model):
    """A body that takes part: institution, network, ESS structure, funder.

    Official numbers are optional (a network may have none) but checked when given. A tiers-lieu or
    a PTCE without legal personality names its legal `carrier`.
    """

    class Kind(models.TextChoices):
        REGION = "region", "Région"
        STATE = "etat", "État"
        EPCI = "epci", "EPCI"
        COMMUNE = "commune", "Commune"
        DEPARTEMENT = "departement", "Département"
        CHAMBER = "chambre", "Chambre ou conseil"
        NETWORK = "reseau", "Réseau ou tête de réseau"
        STRUCTURE = "structure", "Structure de l'ESS"
        COMPANY = "entreprise", "Entreprise classique"
        FUNDER = "financeur", "Financeur"
        OTHER = "autre", "Autre"

    # Bodies that appear once each: nobody else has their SIREN.
    PUBLIC = (Kind.REGION, Kind.EPCI, Kind.COMMUNE, Kind.DEPARTEMENT)

    class LegalFamily(models.TextChoices):
        """The families of article 1 of the law of 31 July 2014 on the ESS."""

        ASSOCIATION = "association", "Association"
        COOPERATIVE = "cooperative", "Coopérative"
        MUTUAL = "mutuelle", "Mutuelle"
        FOUNDATION = "fondation", "Fondation"
        ESS_COMPANY = "societe", "Société commerciale de l'ESS"

    class Source(models.TextChoices):
        """Where the row comes from: a directory spots structures, it does not vouch for them."""

        ENTERED = "saisie", "Saisie"
        SIRENE = "sirene", "Structure repérée (Sirene)"
        CHAMBER = "cress", "Liste de la CRESS"

    name = models.CharField("nom", max_length=250)
    short_name = models.CharField("nom court ou sigle", max_length=80, blank=True)
    kind = models.CharField("nature", max_length=20, choices=Kind)
    legal_family = models.CharField(
        "famille juridique de l'ESS", max_length=20, choices=LegalFamily, blank=True
    )
    is_esus = models.BooleanField(
        "agréée ESUS", default=False, help_text="Entreprise solidaire d'utilité sociale."
    )
    siren = models.CharField("SIREN", max_length=9, blank=True, validators=[validate_siren])
    siret = models.CharField(
        "SIRET du siège", max_length=14, blank=True, validators=[validate_siret]
    )
    rna = models.CharField("RNA", max_length=10, blank=True, validators=[validate_rna])
    carrier = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried",
        verbose_name="structure porteuse",
        help_text="Pour un tiers-lieu ou un PTCE sans personnalité juridique.",
    )
    epci = models.ForeignKey(
        "actors.Epci",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="structures",
        verbose_name="EPCI du siège",
    )
    commune = models.ForeignKey(
        "actors.Commune",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="structures",
        verbose_name="commune",
    )
    source = models.CharField(
        "origine", max_length=10, choices=Source, default=Source.ENTERED, editable=False
    )
    legal_category = models.CharField(
        "catégorie juridique",
        max_length=4,
        blank=True,
        editable=False,
        help_text="Code INSEE, tel que Sirene le donne.",
    )
    website = models.URLField("site internet", blank=True)
    public_email = models.EmailField("adresse de contact publique", blank=True)

    class Meta:
        verbose_name = "organisation"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["siret"],
                condition=~Q(siret=""),
                name="organisation_siret_unique",
                violation_error_message="Une organisation porte déjà ce SIRET.",
            ),
            models.UniqueConstraint(
                fields=["rna"],
                condition=~Q(rna=""),
                name="organisation_rna_unique",
                violation_error_message="Une organisation porte déjà ce numéro RNA.",
            ),
            # Several establishments share a SIREN; a public body appears once.
            models.UniqueConstraint(
                fields=["siren"],
                condition=Q(kind__in=["region", "epci", "commune", "departement"]) & ~Q(siren=""),
                name="organisation_public_siren_unique",
                violation_error_message="Une collectivité porte déjà ce SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"),
                name="organisation_siren_digits",
                violation_error_message="Un SIREN a neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"),
                name="organisation_siret_digits",
                violation_error_message="Un SIRET a quatorze chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siren="") | Q(siret__startswith=models.F("siren")),
                name="organisation_siret_extends_siren",
                violation_error_message="Le SIRET doit commencer par le SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(carrier=None) | ~Q(carrier=models.F("id")),
                name="organisation_carrier_is_another",
                violation_error_message="Une organisation ne se porte pas elle-même.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The shortest name a reader recognises."""
        return self.short_name or self.name


@tracked(under=("organisation",))
class Service(models.Model):
    """A department of an organisation: what the public sees in place of officers' names."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="services", verbose_name="organisation"
    )
    name = models.CharField("nom", max_length=200)
    public_email = models.EmailField("adresse de contact publique", blank=True)
    public_phone = models.CharField("téléphone public", max_length=30, blank=True)

    class Meta:
        verbose_name = "service"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="service_name_unique",
                violation_error_message="Ce service existe déjà dans cette organisation.",
            )
        ]

    def __str__(self) -> str:
        return self.name
