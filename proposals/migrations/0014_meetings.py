"""Meetings, their decisions, and what the database keeps of them.

It comes after éditions: the validation of a record, like any fact, is recorded after an édition
that exists.
"""

import uuid

import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import sress.clock
import sress.functions

# Validated, a record is what was decided: nothing in it changes, whoever asks.
FROZEN = """
CREATE FUNCTION proposals_meeting_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    frozen timestamptz;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF OLD.validated_at IS NOT NULL AND (TG_OP = 'DELETE'
                OR to_jsonb(OLD) - 'event_id' <> to_jsonb(NEW) - 'event_id') THEN
            PERFORM refuse('meeting_record_frozen',
                'Le relevé est validé : il ne change plus. Dites la suite de ses décisions.');
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        IF OLD.strategy_id <> NEW.strategy_id THEN
            PERFORM refuse('meeting_stays_in_its_strategy',
                'Une réunion ne change pas de stratégie.');
        END IF;
    END IF;
    PERFORM 1 FROM proposals_event WHERE id = NEW.event_id AND strategy_id <> NEW.strategy_id;
    IF FOUND THEN
        PERFORM refuse('meeting_event_same_strategy',
            'L''événement appartient à une autre stratégie.');
    END IF;
    IF NEW.validated_at IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(proposals_facts_lock());
        SELECT max(known_at) INTO frozen FROM proposals_edition;
        IF (TG_OP = 'INSERT' OR OLD.validated_at IS NULL) AND NEW.validated_at <= frozen THEN
            NEW.validated_at := frozen + interval '1 microsecond';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meeting_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_meeting
    FOR EACH ROW EXECUTE FUNCTION proposals_meeting_guard();

-- The share lock has who validates wait for who writes, and the reverse.
CREATE FUNCTION proposals_open_meeting(of_meeting bigint) RETURNS proposals_meeting
LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    found proposals_meeting;
BEGIN
    SELECT * INTO found FROM proposals_meeting WHERE id = of_meeting FOR SHARE;
    IF found.validated_at IS NOT NULL THEN
        PERFORM refuse('meeting_record_frozen',
            'Le relevé est validé : il ne change plus. Dites la suite de ses décisions.');
    END IF;
    RETURN found;
END $$;
"""
FROZEN_UNDO = """
DROP FUNCTION proposals_open_meeting(bigint);
DROP TRIGGER meeting_guard ON proposals_meeting;
DROP FUNCTION proposals_meeting_guard();
"""

CONTENT = """
CREATE FUNCTION proposals_meeting_content_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    meeting proposals_meeting;
    elsewhere boolean := FALSE;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        meeting := proposals_open_meeting(OLD.meeting_id);
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
    END IF;
    meeting := proposals_open_meeting(NEW.meeting_id);
    IF TG_TABLE_NAME = 'proposals_agendaitem' THEN
        SELECT EXISTS (SELECT 1 FROM proposals_action
                WHERE id = NEW.action_id AND strategy_id <> meeting.strategy_id)
            OR EXISTS (SELECT 1 FROM proposals_decision d
                JOIN proposals_meeting m ON m.id = d.meeting_id
                WHERE d.id = NEW.decision_id AND m.strategy_id <> meeting.strategy_id)
            INTO elsewhere;
    ELSIF TG_TABLE_NAME = 'proposals_highlight' THEN
        SELECT EXISTS (SELECT 1 FROM proposals_progressreport r
                JOIN proposals_action a ON a.id = r.action_id
                WHERE r.id = NEW.report_id AND a.strategy_id <> meeting.strategy_id)
            INTO elsewhere;
    ELSE
        IF (NEW.recorded_at AT TIME ZONE 'Europe/Paris')::date < meeting.date THEN
            PERFORM refuse('decision_not_before_its_meeting',
                'Une décision s''écrit une fois la réunion tenue.');
        END IF;
        IF NEW.due_on < meeting.date THEN
            PERFORM refuse('decision_due_after_its_meeting',
                'L''échéance d''une décision ne précède pas la réunion.');
        END IF;
    END IF;
    IF elsewhere THEN
        PERFORM refuse('meeting_content_same_strategy',
            'Ce qui est à l''ordre du jour d''une réunion est de sa stratégie.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER content_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_agendaitem
    FOR EACH ROW EXECUTE FUNCTION proposals_meeting_content_guard();
CREATE TRIGGER content_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_highlight
    FOR EACH ROW EXECUTE FUNCTION proposals_meeting_content_guard();
CREATE TRIGGER content_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_decision
    FOR EACH ROW EXECUTE FUNCTION proposals_meeting_content_guard();

CREATE FUNCTION proposals_decision_action_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    meeting proposals_meeting;
BEGIN
    -- A decision that goes takes its links with it: it was checked itself.
    IF TG_OP <> 'INSERT' THEN
        SELECT (proposals_open_meeting(d.meeting_id)).* INTO meeting
            FROM proposals_decision d WHERE d.id = OLD.decision_id;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
    END IF;
    SELECT (proposals_open_meeting(d.meeting_id)).* INTO meeting
        FROM proposals_decision d WHERE d.id = NEW.decision_id;
    PERFORM 1 FROM proposals_action
        WHERE id = NEW.action_id AND strategy_id <> meeting.strategy_id;
    IF FOUND THEN
        PERFORM refuse('decision_action_same_strategy',
            'Une décision porte sur des actions de sa stratégie.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_action_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_decisionaction
    FOR EACH ROW EXECUTE FUNCTION proposals_decision_action_guard();
"""
CONTENT_UNDO = """
DROP TRIGGER decision_action_guard ON proposals_decisionaction;
DROP FUNCTION proposals_decision_action_guard();
DROP TRIGGER content_guard ON proposals_decision;
DROP TRIGGER content_guard ON proposals_highlight;
DROP TRIGGER content_guard ON proposals_agendaitem;
DROP FUNCTION proposals_meeting_content_guard();
"""

FOLLOW_UPS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_decisionfollowup
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('follow_up_append_only');
CREATE TRIGGER a_recorded_after_editions BEFORE INSERT ON proposals_decisionfollowup
    FOR EACH ROW EXECUTE FUNCTION proposals_recorded_after_editions();

CREATE FUNCTION proposals_follow_up_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    meeting proposals_meeting;
BEGIN
    SELECT m.* INTO meeting FROM proposals_meeting m
        JOIN proposals_decision d ON d.meeting_id = m.id WHERE d.id = NEW.decision_id;
    IF meeting.validated_at IS NULL THEN
        PERFORM refuse('follow_up_of_validated_record',
            'Le relevé n''est pas encore validé : la décision peut encore changer.');
    END IF;
    IF NEW.day < meeting.date OR NEW.due_on < meeting.date THEN
        PERFORM refuse('follow_up_not_before_meeting', format(
            'La décision date du %s : sa suite ne peut pas être d''avant.',
            to_char(meeting.date, 'DD/MM/YYYY')));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follow_up_guard BEFORE INSERT ON proposals_decisionfollowup
    FOR EACH ROW EXECUTE FUNCTION proposals_follow_up_guard();
"""
FOLLOW_UPS_UNDO = """
DROP TRIGGER follow_up_guard ON proposals_decisionfollowup;
DROP FUNCTION proposals_follow_up_guard();
DROP TRIGGER a_recorded_after_editions ON proposals_decisionfollowup;
DROP TRIGGER append_only ON proposals_decisionfollowup;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0013_edition_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        unique=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
                ("subject", models.CharField(max_length=250, verbose_name="sujet")),
                (
                    "kind",
                    models.CharField(
                        choices=[("information", "Information"), ("arbitrage", "Arbitrage")],
                        default="arbitrage",
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
            ],
            options={
                "verbose_name": "point de l'ordre du jour",
                "verbose_name_plural": "points de l'ordre du jour",
                "ordering": ["meeting", "rank", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgendaItemVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "rank",
                    models.PositiveSmallIntegerField(default=0, null=True, verbose_name="rang"),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        null=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
                ("subject", models.CharField(max_length=250, null=True, verbose_name="sujet")),
                (
                    "kind",
                    models.CharField(
                        choices=[("information", "Information"), ("arbitrage", "Arbitrage")],
                        default="arbitrage",
                        max_length=12,
                        null=True,
                        verbose_name="nature",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : point de l'ordre du jour",
                "verbose_name_plural": "versions : points de l'ordre du jour",
                "db_table": "proposals_agendaitem_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="numéro")),
                (
                    "text",
                    models.TextField(help_text="Aucun nom de personne.", verbose_name="décision"),
                ),
                (
                    "carried_by",
                    models.CharField(
                        blank=True,
                        help_text="Le service ou l'organisme, en public ; par défaut, celui de la personne.",
                        max_length=150,
                        verbose_name="portée par",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="échéance")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("interne", "Interne")],
                        default="interne",
                        max_length=8,
                        verbose_name="visibilité",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=sress.clock.now, editable=False, verbose_name="saisie le"
                    ),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        unique=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "décision",
                "ordering": ["-meeting__date", "meeting", "number"],
            },
        ),
        migrations.CreateModel(
            name="DecisionAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "action d'une décision",
                "verbose_name_plural": "actions des décisions",
                "ordering": ["decision", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DecisionActionVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "version : action d'une décision",
                "verbose_name_plural": "versions : actions des décisions",
                "db_table": "proposals_decisionaction_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DecisionFollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="date d'effet")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("faite", "Faite"),
                            ("reportee", "Reportée"),
                            ("abandonnee", "Abandonnée"),
                            ("rouverte", "Rouverte"),
                        ],
                        max_length=10,
                        verbose_name="suite",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(blank=True, null=True, verbose_name="nouvelle échéance"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="Publiques si la décision l'est : aucun nom de personne.",
                        max_length=250,
                        verbose_name="précisions",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=sress.clock.now, editable=False, verbose_name="saisie le"
                    ),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        unique=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "suite d'une décision",
                "verbose_name_plural": "suites des décisions",
                "ordering": ["-day", "-recorded_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DecisionFollowUpVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("day", models.DateField(null=True, verbose_name="date d'effet")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("faite", "Faite"),
                            ("reportee", "Reportée"),
                            ("abandonnee", "Abandonnée"),
                            ("rouverte", "Rouverte"),
                        ],
                        max_length=10,
                        null=True,
                        verbose_name="suite",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(blank=True, null=True, verbose_name="nouvelle échéance"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="Publiques si la décision l'est : aucun nom de personne.",
                        max_length=250,
                        null=True,
                        verbose_name="précisions",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=sress.clock.now, editable=False, null=True, verbose_name="saisie le"
                    ),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        null=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : suite d'une décision",
                "verbose_name_plural": "versions : suites des décisions",
                "db_table": "proposals_decisionfollowup_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DecisionVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField(null=True, verbose_name="numéro")),
                (
                    "text",
                    models.TextField(
                        help_text="Aucun nom de personne.", null=True, verbose_name="décision"
                    ),
                ),
                (
                    "carried_by",
                    models.CharField(
                        blank=True,
                        help_text="Le service ou l'organisme, en public ; par défaut, celui de la personne.",
                        max_length=150,
                        null=True,
                        verbose_name="portée par",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="échéance")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("interne", "Interne")],
                        default="interne",
                        max_length=8,
                        null=True,
                        verbose_name="visibilité",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=sress.clock.now, editable=False, null=True, verbose_name="saisie le"
                    ),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        null=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : décision",
                "verbose_name_plural": "versions : décisions",
                "db_table": "proposals_decision_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Highlight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        unique=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
                ("text", models.TextField(verbose_name="fait marquant")),
            ],
            options={
                "verbose_name": "fait marquant",
                "verbose_name_plural": "faits marquants",
                "ordering": ["meeting", "rank", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HighlightVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "rank",
                    models.PositiveSmallIntegerField(default=0, null=True, verbose_name="rang"),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        null=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
                ("text", models.TextField(null=True, verbose_name="fait marquant")),
            ],
            options={
                "verbose_name": "version : fait marquant",
                "verbose_name_plural": "versions : faits marquants",
                "db_table": "proposals_highlight_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("copil", "COPIL"),
                            ("cotech", "COTECH"),
                            ("conference", "Conférence régionale"),
                        ],
                        max_length=12,
                        verbose_name="instance",
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("time", models.TimeField(blank=True, null=True, verbose_name="heure")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="lieu")),
                (
                    "title",
                    models.CharField(
                        blank=True,
                        help_text="Laissé vide, l'instance et la date suffisent.",
                        max_length=150,
                        verbose_name="intitulé",
                    ),
                ),
                (
                    "participants",
                    models.TextField(
                        blank=True,
                        help_text="Fonctions et organismes, sans nom de personne.",
                        verbose_name="participants",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("interne", "Interne")],
                        default="interne",
                        help_text="Public : la page du relevé, avec ses décisions publiques, est lue de tous.",
                        max_length=8,
                        verbose_name="relevé",
                    ),
                ),
                ("cancelled", models.BooleanField(default=False, verbose_name="annulée")),
                (
                    "validated_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="relevé validé le"
                    ),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        unique=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "réunion",
                "ordering": ["-date", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MeetingVersion",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("copil", "COPIL"),
                            ("cotech", "COTECH"),
                            ("conference", "Conférence régionale"),
                        ],
                        max_length=12,
                        null=True,
                        verbose_name="instance",
                    ),
                ),
                ("date", models.DateField(null=True, verbose_name="date")),
                ("time", models.TimeField(blank=True, null=True, verbose_name="heure")),
                (
                    "place",
                    models.CharField(blank=True, max_length=120, null=True, verbose_name="lieu"),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True,
                        help_text="Laissé vide, l'instance et la date suffisent.",
                        max_length=150,
                        null=True,
                        verbose_name="intitulé",
                    ),
                ),
                (
                    "participants",
                    models.TextField(
                        blank=True,
                        help_text="Fonctions et organismes, sans nom de personne.",
                        null=True,
                        verbose_name="participants",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("interne", "Interne")],
                        default="interne",
                        help_text="Public : la page du relevé, avec ses décisions publiques, est lue de tous.",
                        max_length=8,
                        null=True,
                        verbose_name="relevé",
                    ),
                ),
                (
                    "cancelled",
                    models.BooleanField(default=False, null=True, verbose_name="annulée"),
                ),
                (
                    "validated_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="relevé validé le"
                    ),
                ),
                (
                    "submission",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        error_messages={"unique": "Ce formulaire est déjà enregistré."},
                        null=True,
                        verbose_name="envoi du formulaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "version : réunion",
                "verbose_name_plural": "versions : réunions",
                "db_table": "proposals_meeting_version",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="reminderrule",
            name="reminder_rule_kind_known",
        ),
        migrations.AlterField(
            model_name="reminderrule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("echeance_action", "Échéance d'une action"),
                    ("echeance_etape", "Échéance d'une étape"),
                    ("collecte", "Collecte avant un comité"),
                    ("validation", "Brouillon à valider"),
                    ("difficulte", "Action en difficulté"),
                    ("silence", "Action sans nouvelle"),
                    ("reponse", "Réponse à un brouillon"),
                    ("a_confier", "Action à confier"),
                    ("decision", "Décision à mettre en œuvre"),
                    ("subvention", "Subventions à publier"),
                    ("convention", "Terme d'une convention"),
                    ("date_cible", "Date cible de la stratégie"),
                    ("courriel_refuse", "Courriel non remis"),
                ],
                max_length=16,
                verbose_name="sujet",
            ),
        ),
        migrations.AlterField(
            model_name="reminderruleversion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("echeance_action", "Échéance d'une action"),
                    ("echeance_etape", "Échéance d'une étape"),
                    ("collecte", "Collecte avant un comité"),
                    ("validation", "Brouillon à valider"),
                    ("difficulte", "Action en difficulté"),
                    ("silence", "Action sans nouvelle"),
                    ("reponse", "Réponse à un brouillon"),
                    ("a_confier", "Action à confier"),
                    ("decision", "Décision à mettre en œuvre"),
                    ("subvention", "Subventions à publier"),
                    ("convention", "Terme d'une convention"),
                    ("date_cible", "Date cible de la stratégie"),
                    ("courriel_refuse", "Courriel non remis"),
                ],
                max_length=16,
                null=True,
                verbose_name="sujet",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "echeance_action",
                            "echeance_etape",
                            "collecte",
                            "validation",
                            "difficulte",
                            "silence",
                            "reponse",
                            "a_confier",
                            "decision",
                            "subvention",
                            "convention",
                            "date_cible",
                            "courriel_refuse",
                        ],
                    )
                ),
                name="reminder_rule_kind_known",
                violation_error_message="Ce sujet de relance n'existe pas.",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="action",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agenda_items",
                to="proposals.action",
                verbose_name="action",
            ),
        ),
        migrations.AddField(
            model_name="agendaitemversion",
            name="action",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="decision",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                help_text="Elle reçoit les relances. Son nom n'est jamais public.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="personne chargée de l'exécution",
            ),
        ),
        migrations.AddField(
            model_name="agendaitemversion",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.decision",
                verbose_name="décision à revoir",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agenda_items",
                to="proposals.decision",
                verbose_name="décision à revoir",
            ),
        ),
        migrations.AddField(
            model_name="decisionaction",
            name="action",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decision_links",
                to="proposals.action",
                verbose_name="action",
            ),
        ),
        migrations.AddField(
            model_name="decisionaction",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="proposals.decision",
                verbose_name="décision",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="actions",
            field=models.ManyToManyField(
                related_name="decisions",
                through="proposals.DecisionAction",
                to="proposals.action",
                verbose_name="actions",
            ),
        ),
        migrations.AddField(
            model_name="decisionactionversion",
            name="action",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="decisionactionversion",
            name="decision",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.decision",
                verbose_name="décision",
            ),
        ),
        migrations.AddField(
            model_name="decisionfollowup",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decision_follow_ups",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="decisionfollowup",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="follow_ups",
                to="proposals.decision",
                verbose_name="décision",
            ),
        ),
        migrations.AddField(
            model_name="decisionfollowupversion",
            name="author",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="decisionfollowupversion",
            name="decision",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.decision",
                verbose_name="décision",
            ),
        ),
        migrations.AddField(
            model_name="decisionversion",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="Elle reçoit les relances. Son nom n'est jamais public.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="personne chargée de l'exécution",
            ),
        ),
        migrations.AddField(
            model_name="highlight",
            name="report",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="highlights",
                to="proposals.progressreport",
                verbose_name="point d'avancement",
            ),
        ),
        migrations.AddField(
            model_name="highlightversion",
            name="report",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.progressreport",
                verbose_name="point d'avancement",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="event",
            field=models.OneToOneField(
                blank=True,
                error_messages={"unique": "Une autre réunion porte déjà cet événement."},
                help_text="Sa trace dans les repères publics de la stratégie.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meeting",
                to="proposals.event",
                verbose_name="événement public",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="strategy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="proposals.strategy",
                verbose_name="stratégie",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="validated_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="validated_records",
                to=settings.AUTH_USER_MODEL,
                verbose_name="relevé validé par",
            ),
        ),
        migrations.AddField(
            model_name="highlightversion",
            name="meeting",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.meeting",
                verbose_name="réunion",
            ),
        ),
        migrations.AddField(
            model_name="highlight",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="highlights",
                to="proposals.meeting",
                verbose_name="réunion",
            ),
        ),
        migrations.AddField(
            model_name="decisionversion",
            name="meeting",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.meeting",
                verbose_name="réunion",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="proposals.meeting",
                verbose_name="réunion",
            ),
        ),
        migrations.AddField(
            model_name="agendaitemversion",
            name="meeting",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.meeting",
                verbose_name="réunion",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="agenda",
                to="proposals.meeting",
                verbose_name="réunion",
            ),
        ),
        migrations.AddField(
            model_name="meetingversion",
            name="event",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                error_messages={"unique": "Une autre réunion porte déjà cet événement."},
                help_text="Sa trace dans les repères publics de la stratégie.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="proposals.event",
                verbose_name="événement public",
            ),
        ),
        migrations.AddField(
            model_name="meetingversion",
            name="strategy",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="meetingversion",
            name="validated_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="relevé validé par",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionaction",
            constraint=models.UniqueConstraint(
                fields=("decision", "action"),
                name="decision_action_once",
                violation_error_message="La décision porte déjà sur cette action.",
            ),
        ),
        migrations.AddIndex(
            model_name="decisionactionversion",
            index=models.Index(fields=["id"], name="proposals_d_id_fd2b5f_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionactionversion",
            index=models.Index(fields=["decision"], name="proposals_d_decisio_b3ec82_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionactionversion",
            index=models.Index(fields=["action"], name="proposals_d_action__24a15e_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionactionversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_d_pgh_cre_ffc8ec_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionfollowup",
            index=models.Index(
                models.F("decision"),
                models.OrderBy(models.F("day"), descending=True),
                models.OrderBy(models.F("recorded_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="follow_up_last_of_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionfollowup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on__isnull", False), ("state", "reportee")),
                    models.Q(models.Q(("state", "reportee"), _negated=True), ("due_on", None)),
                    _connector="OR",
                ),
                name="follow_up_deferral_has_date",
                violation_error_message="« Reportée » demande une nouvelle échéance ; les autres suites n'en ont pas.",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionfollowup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "abandonnee"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="follow_up_abandon_has_note",
                violation_error_message="Dites pourquoi la décision est abandonnée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionfollowup",
            constraint=models.CheckConstraint(
                condition=models.Q(("day__lte", sress.functions.ParisDay("recorded_at"))),
                name="follow_up_not_in_future",
                violation_error_message="Une suite ne s'écrit pas d'avance : datez-la d'aujourd'hui au plus tard.",
            ),
        ),
        migrations.AddIndex(
            model_name="decisionfollowupversion",
            index=models.Index(fields=["id"], name="proposals_d_id_d5bfe8_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionfollowupversion",
            index=models.Index(fields=["decision"], name="proposals_d_decisio_0fc651_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionfollowupversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_d_pgh_cre_14c397_idx"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled", False)),
                fields=("strategy", "kind", "date"),
                name="meeting_once_a_day",
                violation_error_message="Cette instance se réunit déjà ce jour-là.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("validated_at", None), ("validated_by", None)),
                    models.Q(("validated_at__isnull", False), ("validated_by__isnull", False)),
                    _connector="OR",
                ),
                name="meeting_record_validated_by_somebody",
                violation_error_message="Un relevé est validé par quelqu'un.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("validated_at", None),
                    ("date__lte", sress.functions.ParisDay("validated_at")),
                    _connector="OR",
                ),
                name="meeting_record_not_before_it",
                violation_error_message="Un relevé se valide une fois la réunion tenue.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("validated_at", None), ("cancelled", False), _connector="OR"),
                name="meeting_record_of_what_was_held",
                violation_error_message="Une réunion annulée n'a pas de relevé, et une réunion dont le relevé est validé ne s'annule plus.",
            ),
        ),
        migrations.AddIndex(
            model_name="highlightversion",
            index=models.Index(fields=["id"], name="proposals_h_id_a70c80_idx"),
        ),
        migrations.AddIndex(
            model_name="highlightversion",
            index=models.Index(fields=["meeting"], name="proposals_h_meeting_c75e60_idx"),
        ),
        migrations.AddIndex(
            model_name="highlightversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_h_pgh_cre_2e3522_idx"),
        ),
        migrations.AddConstraint(
            model_name="highlight",
            constraint=models.UniqueConstraint(
                fields=("meeting", "report"),
                name="highlight_report_once",
                violation_error_message="Ce point est déjà un fait marquant de la réunion.",
            ),
        ),
        migrations.AddConstraint(
            model_name="highlight",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="highlight_has_text",
                violation_error_message="Un fait marquant se dit en quelques mots.",
            ),
        ),
        migrations.AddIndex(
            model_name="decisionversion",
            index=models.Index(fields=["id"], name="proposals_d_id_f4aa20_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionversion",
            index=models.Index(fields=["meeting"], name="proposals_d_meeting_437355_idx"),
        ),
        migrations.AddIndex(
            model_name="decisionversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_d_pgh_cre_10b38e_idx"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("meeting", "number"),
                name="decision_number_unique",
                violation_error_message="Une décision de la réunion porte déjà ce numéro.",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="decision_has_text",
                violation_error_message="Une décision se dit en une phrase au moins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("carried_by", ""), _negated=True),
                name="decision_is_carried",
                violation_error_message="Dites qui porte la décision : une personne de la Région, ou un service ou un organisme.",
            ),
        ),
        migrations.AddIndex(
            model_name="agendaitemversion",
            index=models.Index(fields=["id"], name="proposals_a_id_915fc7_idx"),
        ),
        migrations.AddIndex(
            model_name="agendaitemversion",
            index=models.Index(fields=["meeting"], name="proposals_a_meeting_4acc16_idx"),
        ),
        migrations.AddIndex(
            model_name="agendaitemversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_a_pgh_cre_590a92_idx"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(
                fields=("meeting", "action"),
                name="agenda_action_once",
                violation_error_message="Cette action est déjà à l'ordre du jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(
                fields=("meeting", "decision"),
                name="agenda_decision_once",
                violation_error_message="Cette décision est déjà à l'ordre du jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject", ""), _negated=True),
                name="agenda_has_subject",
                violation_error_message="Un point de l'ordre du jour a un sujet.",
            ),
        ),
        migrations.AddIndex(
            model_name="meetingversion",
            index=models.Index(fields=["id"], name="proposals_m_id_4b0257_idx"),
        ),
        migrations.AddIndex(
            model_name="meetingversion",
            index=models.Index(fields=["pgh_created_at"], name="proposals_m_pgh_cre_9ed048_idx"),
        ),
        migrations.RunSQL(FROZEN, FROZEN_UNDO),
        migrations.RunSQL(CONTENT, CONTENT_UNDO),
        migrations.RunSQL(FOLLOW_UPS, FOLLOW_UPS_UNDO),
    ]
