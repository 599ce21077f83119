"""What declarative constraints cannot say. Plain SQL triggers: no session setting silences them.

Their search path is set: a temporary table of the same name must not pass for one of ours.
"""

from django.db import migrations

SAME_STRATEGY = """
ALTER TABLE proposals_proposal
    ADD CONSTRAINT proposal_axis_same_strategy FOREIGN KEY (axis_id, strategy_id)
        REFERENCES proposals_axis (id, strategy_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE proposals_action
    ADD CONSTRAINT action_proposal_same_strategy FOREIGN KEY (proposal_id, strategy_id)
        REFERENCES proposals_proposal (id, strategy_id) DEFERRABLE INITIALLY DEFERRED;
"""
SAME_STRATEGY_UNDO = """
ALTER TABLE proposals_proposal DROP CONSTRAINT proposal_axis_same_strategy;
ALTER TABLE proposals_action DROP CONSTRAINT action_proposal_same_strategy;
"""

# TRUNCATE is withheld from the site's role instead: the owner's tests need it.
APPEND_ONLY = """
CREATE FUNCTION proposals_append_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refuse(
        TG_ARGV[0],
        'Ce qui est enregistré ne se modifie pas et ne s''efface pas : publiez une correction.'
    );
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_progressreport
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('report_append_only');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_milestoneupdate
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('milestone_update_append_only');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_rectification
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('rectification_append_only');
"""
APPEND_ONLY_UNDO = """
DROP TRIGGER append_only ON proposals_progressreport;
DROP TRIGGER append_only ON proposals_milestoneupdate;
DROP TRIGGER append_only ON proposals_rectification;
DROP FUNCTION proposals_append_only();
"""

REPORT = """
CREATE FUNCTION proposals_due_date_guard(due date, of_action bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    voted proposals_strategy;
BEGIN
    SELECT s.* INTO voted
        FROM proposals_strategy s JOIN proposals_action a ON a.strategy_id = s.id
        WHERE a.id = of_action;
    -- « 2091 » for « 2019 » would otherwise be public at once, and for ever in the history.
    IF extract(year FROM due) NOT BETWEEN voted.period_start AND voted.period_end + 5 THEN
        PERFORM refuse('report_revision_plausible', format(
            'Une échéance se place entre %s et %s, cinq ans après la stratégie : vérifiez l''année.',
            voted.period_start, voted.period_end + 5));
    END IF;
END $$;

CREATE FUNCTION proposals_report_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    existing date;
    corrected proposals_progressreport;
BEGIN
    -- The share lock makes a concurrent rectification of this date wait for us, and us for it.
    SELECT exists_from INTO existing FROM proposals_action WHERE id = NEW.action_id FOR SHARE;
    IF NEW.reported_on < existing THEN
        PERFORM refuse('report_not_before_action', format(
            'L''action n''existe que depuis le %s : le point ne peut pas dater d''avant.',
            to_char(existing, 'DD/MM/YYYY')));
    END IF;

    PERFORM proposals_due_date_guard(NEW.revised_due_date, NEW.action_id);
    NEW.revision_recorded_on := CASE WHEN NEW.revised_due_date IS NOT NULL
        THEN (NEW.recorded_at AT TIME ZONE 'Europe/Paris')::date END;
    NEW.chain_id := NEW.id;
    NEW.chain_rank := 0;
    IF NEW.supersedes_id IS NOT NULL THEN
        SELECT * INTO corrected FROM proposals_progressreport WHERE id = NEW.supersedes_id;
        IF NOT FOUND OR corrected.action_id <> NEW.action_id THEN
            PERFORM refuse('report_supersedes_same_action',
                'Un point ne corrige qu''un point de la même action.');
        END IF;
        IF NEW.recorded_at < corrected.recorded_at THEN
            PERFORM refuse('report_supersedes_earlier',
                'Une correction s''enregistre après le point qu''elle corrige.');
        END IF;
        NEW.chain_id := corrected.chain_id;
        NEW.chain_rank := corrected.chain_rank + 1;
        IF corrected.revised_due_date = NEW.revised_due_date THEN
            NEW.revision_recorded_on := corrected.revision_recorded_on;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_guard BEFORE INSERT ON proposals_progressreport
    FOR EACH ROW EXECUTE FUNCTION proposals_report_guard();

CREATE FUNCTION proposals_milestone_update_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    report proposals_progressreport;
    corrected proposals_milestoneupdate;
    writing text;
BEGIN
    SELECT r.* INTO report
        FROM proposals_milestone m JOIN proposals_progressreport r ON r.action_id = m.action_id
        WHERE m.id = NEW.milestone_id AND r.id = NEW.report_id;
    IF NOT FOUND THEN
        PERFORM refuse('milestone_update_same_action',
            'Cette étape n''est pas celle de l''action du point.');
    END IF;
    -- Written with its report or never: the row of the report is of a transaction still running,
    -- and visible here, hence of this one (or of a savepoint of it).
    -- xmin has 32 bits of 64: it is the one nearest to this transaction's number, before or after.
    SELECT pg_xact_status(
            (mine + ((r.xmin::text::bigint - mine + 2147483648) & 4294967295) - 2147483648)
            ::text::xid8)
        INTO writing
        FROM proposals_progressreport r, (SELECT pg_current_xact_id()::text::bigint) t(mine)
        WHERE r.id = NEW.report_id;
    IF writing <> 'in progress' THEN
        PERFORM refuse('milestone_update_with_its_report',
            'Rien ne s''ajoute à un point déjà enregistré : publiez une correction.');
    END IF;
    PERFORM proposals_due_date_guard(NEW.revised_due_date, report.action_id);
    NEW.revision_recorded_on := CASE WHEN NEW.revised_due_date IS NOT NULL
        THEN (report.recorded_at AT TIME ZONE 'Europe/Paris')::date END;
    SELECT * INTO corrected FROM proposals_milestoneupdate
        WHERE report_id = report.supersedes_id AND milestone_id = NEW.milestone_id;
    IF corrected.revised_due_date = NEW.revised_due_date THEN
        NEW.revision_recorded_on := corrected.revision_recorded_on;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestone_update_guard BEFORE INSERT ON proposals_milestoneupdate
    FOR EACH ROW EXECUTE FUNCTION proposals_milestone_update_guard();
"""
REPORT_UNDO = """
DROP TRIGGER report_guard ON proposals_progressreport;
DROP TRIGGER milestone_update_guard ON proposals_milestoneupdate;
DROP FUNCTION proposals_report_guard();
DROP FUNCTION proposals_milestone_update_guard();
DROP FUNCTION proposals_due_date_guard(date, bigint);
"""

# A frozen column changes only from the old to the new value of the field's last rectification: each
# change needs a row of its own, which is append-only and shown.
FROZEN = """
CREATE FUNCTION proposals_action_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    is_now jsonb := to_jsonb(NEW);
    frozen text;
    rectified boolean;
BEGIN
    FOREACH frozen IN ARRAY CASE WHEN OLD.was_published
        THEN ARRAY['code', 'proposal_id', 'start_date', 'initial_due_date', 'exists_from', 'weight',
                   'strategy_id']
        ELSE ARRAY[]::text[] END
    LOOP
        CONTINUE WHEN was -> frozen = is_now -> frozen;
        SELECT x.old_value = COALESCE(was ->> frozen, '')
           AND x.new_value = COALESCE(is_now ->> frozen, '')
          INTO rectified
          FROM proposals_rectification x
         WHERE x.action_id = OLD.id AND x.field = regexp_replace(frozen, '_id$', '')
         ORDER BY x.id DESC LIMIT 1;
        IF rectified IS NOT TRUE THEN
            PERFORM refuse('action_frozen',
                'L''action a été publiée : code, proposition, dates initiales et poids ne changent '
                'que par une rectification motivée.');
        END IF;
    END LOOP;
    IF NEW.exists_from > OLD.exists_from AND EXISTS (
        SELECT 1 FROM proposals_progressreport r
        WHERE r.action_id = NEW.id AND r.reported_on < NEW.exists_from)
    THEN
        PERFORM refuse('action_exists_before_reports',
            'Un point d''avancement est antérieur à cette date.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER action_guard BEFORE UPDATE ON proposals_action
    FOR EACH ROW EXECUTE FUNCTION proposals_action_guard();

-- Withdrawing an action from the public does not make it editable again.
CREATE FUNCTION proposals_action_was_published() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    NEW.was_published := NEW.published OR (TG_OP = 'UPDATE' AND OLD.was_published);
    RETURN NEW;
END $$;
CREATE TRIGGER action_was_published BEFORE INSERT OR UPDATE ON proposals_action
    FOR EACH ROW EXECUTE FUNCTION proposals_action_was_published();

-- At commit: a rectification is what happened, not a claim.
CREATE FUNCTION proposals_rectification_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    present text;
    last proposals_rectification;
BEGIN
    SELECT COALESCE(to_jsonb(a) ->> CASE NEW.field WHEN 'proposal' THEN 'proposal_id'
                                    ELSE NEW.field END, '')
        INTO present FROM proposals_action a WHERE a.id = NEW.action_id;
    SELECT * INTO last FROM proposals_rectification x
        WHERE x.action_id = NEW.action_id AND x.field = NEW.field ORDER BY x.id DESC LIMIT 1;
    IF last.new_value <> present THEN
        PERFORM refuse('rectification_is_applied',
            'Une rectification enregistre un changement qui a lieu.');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER rectification_guard AFTER INSERT ON proposals_rectification
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proposals_rectification_guard();
"""
FROZEN_UNDO = """
DROP TRIGGER action_guard ON proposals_action;
DROP TRIGGER action_was_published ON proposals_action;
DROP FUNCTION proposals_action_was_published();
DROP TRIGGER rectification_guard ON proposals_rectification;
DROP FUNCTION proposals_rectification_guard();
DROP FUNCTION proposals_action_guard();
"""

# A milestone of a published action was shown: it stays, with its initial date.
FROZEN_MILESTONES = """
CREATE FUNCTION proposals_milestone_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM proposals_action WHERE id = OLD.action_id AND was_published;
    IF NOT FOUND THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR (OLD.action_id, OLD.initial_due_date, OLD.exists_from)
            IS DISTINCT FROM (NEW.action_id, NEW.initial_due_date, NEW.exists_from) THEN
        PERFORM refuse('milestone_frozen',
            'L''action a été publiée : ses étapes restent, avec leur échéance initiale. Une date '
            'se déplace par un point d''avancement.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestone_guard BEFORE UPDATE OR DELETE ON proposals_milestone
    FOR EACH ROW EXECUTE FUNCTION proposals_milestone_guard();
"""
FROZEN_MILESTONES_UNDO = """
DROP TRIGGER milestone_guard ON proposals_milestone;
DROP FUNCTION proposals_milestone_guard();
"""

# Checked at commit, when all the shares of an action are there.
SHARES = """
CREATE FUNCTION proposals_territory_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    -- A territory moved from one action to another changes the shares of both.
    PERFORM 1 FROM proposals_territory WHERE action_id IN (NEW.action_id, OLD.action_id)
        GROUP BY action_id
        HAVING count(share) > 0 AND (count(share) < count(*) OR sum(share) <> 1);
    IF FOUND THEN
        PERFORM refuse('territory_shares_sum_to_one',
            'Les parts des territoires d''une action sont toutes données et leur somme est 1.');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER territory_shares
    AFTER INSERT OR UPDATE OR DELETE ON proposals_territory
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proposals_territory_guard();
"""
SHARES_UNDO = """
DROP TRIGGER territory_shares ON proposals_territory;
DROP FUNCTION proposals_territory_guard();
"""


# The site's role owns no table, so it may not ANALYZE. After a large import the planner must know:
# with the statistics of empty tables, PostgreSQL was seen to compare every pair of actions.
STATISTICS = """
CREATE FUNCTION proposals_refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE actors_organisation, proposals_axis, proposals_proposal, proposals_action,
        proposals_milestone, proposals_progressreport, proposals_milestoneupdate,
        proposals_territory, proposals_partnership;
END $$;
"""
STATISTICS_UNDO = "DROP FUNCTION proposals_refresh_statistics();"


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial"), ("sress", "0003_refuse")]
    operations = [
        migrations.RunSQL(SAME_STRATEGY, SAME_STRATEGY_UNDO),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_UNDO),
        migrations.RunSQL(REPORT, REPORT_UNDO),
        migrations.RunSQL(FROZEN, FROZEN_UNDO),
        migrations.RunSQL(FROZEN_MILESTONES, FROZEN_MILESTONES_UNDO),
        migrations.RunSQL(SHARES, SHARES_UNDO),
        migrations.RunSQL(STATISTICS, STATISTICS_UNDO),
    ]
