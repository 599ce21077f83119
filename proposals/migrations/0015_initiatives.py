"""Initiatives, their pictures, and what the database keeps of them.

They come after éditions: a publication, like any fact, is recorded after an édition that exists.
"""

import django.db.models.deletion
import pghistory.utils
from django.db import migrations, models

import sress.clock

# Its action, its proposal and its events are of its strategy, which it does not leave.
SAME_STRATEGY = """
CREATE FUNCTION proposals_initiative_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.strategy_id <> NEW.strategy_id THEN
        PERFORM refuse('initiative_stays_in_its_strategy',
            'Une initiative ne change pas de stratégie.');
    END IF;
    PERFORM 1 FROM proposals_action WHERE id = NEW.action_id AND strategy_id <> NEW.strategy_id;
    IF FOUND THEN
        PERFORM refuse('initiative_action_same_strategy',
            'L''action appartient à une autre stratégie.');
    END IF;
    PERFORM 1 FROM proposals_proposal WHERE id = NEW.proposal_id AND strategy_id <> NEW.strategy_id;
    IF FOUND THEN
        PERFORM refuse('initiative_proposal_same_strategy',
            'La proposition appartient à une autre stratégie.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER initiative_guard BEFORE INSERT OR UPDATE ON proposals_initiative
    FOR EACH ROW EXECUTE FUNCTION proposals_initiative_guard();

CREATE FUNCTION proposals_initiative_event_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM proposals_initiative i JOIN proposals_event e ON e.strategy_id <> i.strategy_id
        WHERE i.id = NEW.initiative_id AND e.id = NEW.event_id;
    IF FOUND THEN
        PERFORM refuse('initiative_event_same_strategy',
            'L''événement appartient à une autre stratégie.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER initiative_event_guard BEFORE INSERT OR UPDATE ON proposals_initiative_events
    FOR EACH ROW EXECUTE FUNCTION proposals_initiative_event_guard();
"""
SAME_STRATEGY_UNDO = """
DROP TRIGGER initiative_event_guard ON proposals_initiative_events;
DROP FUNCTION proposals_initiative_event_guard();
DROP TRIGGER initiative_guard ON proposals_initiative;
DROP FUNCTION proposals_initiative_guard();
"""

# What an initiative says of its picture is true of the bytes that are kept.
PICTURE = """
CREATE FUNCTION proposals_initiative_picture() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    initiative bigint;
BEGIN
    IF TG_TABLE_NAME = 'proposals_initiative' THEN
        initiative := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        initiative := OLD.initiative_id;
    ELSE
        initiative := NEW.initiative_id;
    END IF;
    PERFORM 1 FROM proposals_initiative i
        LEFT JOIN proposals_initiativepicture p ON p.initiative_id = i.id
        WHERE i.id = initiative AND i.picture <> COALESCE(encode(sha256(p.large), 'hex'), '');
    IF FOUND THEN
        PERFORM refuse('initiative_picture_kept',
            'L''image de l''initiative n''est pas celle qui est gardée : envoyez-la à nouveau.');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER initiative_picture AFTER INSERT OR UPDATE ON proposals_initiative
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proposals_initiative_picture();
CREATE CONSTRAINT TRIGGER initiative_picture
    AFTER INSERT OR UPDATE OR DELETE ON proposals_initiativepicture
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proposals_initiative_picture();
"""
PICTURE_UNDO = """
DROP TRIGGER initiative_picture ON proposals_initiativepicture;
DROP TRIGGER initiative_picture ON proposals_initiative;
DROP FUNCTION proposals_initiative_picture();
"""

# An édition opens again identically: what is published after it is not in it.
RECORDED = """
CREATE TRIGGER a_recorded_after_editions BEFORE INSERT ON proposals_initiative
    FOR EACH ROW EXECUTE FUNCTION proposals_recorded_after_editions();
CREATE TRIGGER a_published_after_editions BEFORE UPDATE ON proposals_initiative
    FOR EACH ROW WHEN (NEW.published_on < OLD.published_on
        OR OLD.published_on IS NULL AND NEW.published_on IS NOT NULL)
    EXECUTE FUNCTION proposals_recorded_after_editions();
"""
RECORDED_UNDO = """
DROP TRIGGER a_published_after_editions ON proposals_initiative;
DROP TRIGGER a_recorded_after_editions ON proposals_initiative;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0008_pace"),
        ("proposals", "0014_meetings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Initiative",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        help_text="À la fin de celle de sa page.",
                        max_length=80,
                        verbose_name="adresse",
                    ),
                ),
                ("title", models.CharField(max_length=150, verbose_name="titre")),
                (
                    "summary",
                    models.CharField(
                        help_text="Une ou deux phrases, pour les listes.",
                        max_length=300,
                        verbose_name="résumé",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="Une ligne vide sépare deux paragraphes.",
                        verbose_name="texte",
                    ),
                ),
                (
                    "told_on",
                    models.DateField(
                        blank=True,
                        help_text="De quand date ce récit.",
                        null=True,
                        verbose_name="racontée le",
                    ),
                ),
                (
                    "published_on",
                    models.DateField(
                        blank=True,
                        help_text="Le public la lit à partir de ce jour ; vide, jamais.",
                        null=True,
                        verbose_name="publiée le",
                    ),
                ),
                (
                    "highlighted",
                    models.BooleanField(
                        default=False,
                        help_text="Elle passe devant les autres sur la page d'accueil de la stratégie.",
                        verbose_name="mise en avant",
                    ),
                ),
                (
                    "picture",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=64,
                        verbose_name="empreinte de l'image",
                    ),
                ),
                (
                    "picture_width",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="largeur"
                    ),
                ),
                (
                    "picture_height",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="hauteur"
                    ),
                ),
                (
                    "picture_alt",
                    models.CharField(
                        blank=True,
                        help_text="Ce que l'image montre, pour qui ne la voit pas.",
                        max_length=250,
                        verbose_name="texte de remplacement",
                    ),
                ),
                (
                    "picture_credit",
                    models.CharField(
                        blank=True,
                        help_text="Son auteur et ses droits.",
                        max_length=150,
                        verbose_name="crédit de l'image",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=sress.clock.now, editable=False, verbose_name="saisie le"
                    ),
                ),
                (
                    "action",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="initiatives",
                        to="proposals.action",
                        verbose_name="action",
                    ),
                ),
                (
                    "epci",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="local_initiatives",
                        to="actors.epci",
                        verbose_name="territoire",
                    ),
                ),
                (
                    "events",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Les conférences et les rendez-vous où elle a été présentée.",
                        related_name="initiatives",
                        to="proposals.event",
                        verbose_name="présentée à",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="initiatives",
                        to="actors.organisation",
                        verbose_name="structure",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="initiatives",
                        to="proposals.proposal",
                        verbose_name="proposition",
                    ),
                ),
                (
                    "strategy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="initiatives",
                        to="proposals.strategy",
                        verbose_name="stratégie",
                    ),
                ),
            ],
            options={
                "verbose_name": "initiative",
                "ordering": ["-published_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="InitiativePicture",
            fields=[
                (
                    "initiative",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="content",
                        serialize=False,
                        to="proposals.initiative",
                        verbose_name="initiative",
                    ),
                ),
                ("large", models.BinaryField(verbose_name="grande")),
                ("small", models.BinaryField(verbose_name="petite")),
            ],
            options={
                "verbose_name": "image d'une initiative",
                "verbose_name_plural": "images d'initiatives",
            },
        ),
        migrations.CreateModel(
            name="InitiativeEventsVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="proposals.event",
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="proposals.initiative",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : Relation initiative-event",
                "verbose_name_plural": "versions : Relations initiative-event",
                "db_table": "proposals_initiative_events_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="InitiativePictureVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "initiative",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        serialize=False,
                        to="proposals.initiative",
                        verbose_name="initiative",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : image d'une initiative",
                "verbose_name_plural": "versions : images d'initiatives",
                "db_table": "proposals_initiativepicture_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="InitiativeVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "slug",
                    models.SlugField(
                        db_index=False,
                        help_text="À la fin de celle de sa page.",
                        max_length=80,
                        null=True,
                        verbose_name="adresse",
                    ),
                ),
                ("title", models.CharField(max_length=150, null=True, verbose_name="titre")),
                (
                    "summary",
                    models.CharField(
                        help_text="Une ou deux phrases, pour les listes.",
                        max_length=300,
                        null=True,
                        verbose_name="résumé",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="Une ligne vide sépare deux paragraphes.",
                        null=True,
                        verbose_name="texte",
                    ),
                ),
                (
                    "told_on",
                    models.DateField(
                        blank=True,
                        help_text="De quand date ce récit.",
                        null=True,
                        verbose_name="racontée le",
                    ),
                ),
                (
                    "published_on",
                    models.DateField(
                        blank=True,
                        help_text="Le public la lit à partir de ce jour ; vide, jamais.",
                        null=True,
                        verbose_name="publiée le",
                    ),
                ),
                (
                    "highlighted",
                    models.BooleanField(
                        default=False,
                        help_text="Elle passe devant les autres sur la page d'accueil de la stratégie.",
                        null=True,
                        verbose_name="mise en avant",
                    ),
                ),
                (
                    "picture",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=64,
                        null=True,
                        verbose_name="empreinte de l'image",
                    ),
                ),
                (
                    "picture_width",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, null=True, verbose_name="largeur"
                    ),
                ),
                (
                    "picture_height",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, null=True, verbose_name="hauteur"
                    ),
                ),
                (
                    "picture_alt",
                    models.CharField(
                        blank=True,
                        help_text="Ce que l'image montre, pour qui ne la voit pas.",
                        max_length=250,
                        null=True,
                        verbose_name="texte de remplacement",
                    ),
                ),
                (
                    "picture_credit",
                    models.CharField(
                        blank=True,
                        help_text="Son auteur et ses droits.",
                        max_length=150,
                        null=True,
                        verbose_name="crédit de l'image",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=sress.clock.now, editable=False, null=True, verbose_name="saisie le"
                    ),
                ),
                (
                    "action",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="proposals.action",
                        verbose_name="action",
                    ),
                ),
                (
                    "epci",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="actors.epci",
                        verbose_name="territoire",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="actors.organisation",
                        verbose_name="structure",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="proposals.proposal",
                        verbose_name="proposition",
                    ),
                ),
                (
                    "strategy",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="proposals.strategy",
                        verbose_name="stratégie",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : initiative",
                "verbose_name_plural": "versions : initiatives",
                "db_table": "proposals_initiative_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="initiative",
            constraint=models.UniqueConstraint(
                fields=("strategy", "slug"),
                name="initiative_slug_unique",
                violation_error_message="Une initiative de la stratégie a déjà cette adresse.",
            ),
        ),
        migrations.AddConstraint(
            model_name="initiative",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("picture", ""),
                    models.Q(
                        models.Q(("picture_alt", ""), _negated=True),
                        models.Q(("picture_credit", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="initiative_picture_described",
                violation_error_message="Une image a un texte de remplacement et un crédit.",
            ),
        ),
        migrations.AddIndex(
            model_name="initiativeeventsversion",
            index=models.Index(fields=["id"], name="proposals_i_id_a93bef_idx"),
        ),
        migrations.AddIndex(
            model_name="initiativeeventsversion",
            index=models.Index(fields=["initiative"], name="proposals_i_initiat_224682_idx"),
        ),
        migrations.AddIndex(
            model_name="initiativeeventsversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_i_pgh_cre_0028ad_idx"),
        ),
        migrations.AddIndex(
            model_name="initiativepictureversion",
            index=models.Index(fields=["initiative"], name="proposals_i_initiat_1511f0_idx"),
        ),
        migrations.AddIndex(
            model_name="initiativepictureversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_i_pgh_cre_f1eca8_idx"),
        ),
        migrations.AddIndex(
            model_name="initiativeversion",
            index=models.Index(fields=["id"], name="proposals_i_id_90d7b3_idx"),
        ),
        migrations.AddIndex(
            model_name="initiativeversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_i_pgh_cre_5bb09f_idx"),
        ),
        migrations.RunSQL(SAME_STRATEGY, SAME_STRATEGY_UNDO),
        migrations.RunSQL(PICTURE, PICTURE_UNDO),
        migrations.RunSQL(RECORDED, RECORDED_UNDO),
    ]
