"""What declarative constraints cannot say of money: who adds up to what, at each day's end.

Everything a rule adds up is of one authorisation, so its row is what writers of movements wait for
one another at. It is *written*, not only locked: a transaction with an older snapshot of it is
refused instead of adding up what it cannot see.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_movement
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('movement_append_only');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_creditline
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('credit_append_only');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_funding
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('funding_append_only');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON proposals_humanmeans
    FOR EACH ROW EXECUTE FUNCTION proposals_append_only('human_means_append_only');
"""
APPEND_ONLY_UNDO = """
DROP TRIGGER append_only ON proposals_movement;
DROP TRIGGER append_only ON proposals_creditline;
DROP TRIGGER append_only ON proposals_funding;
DROP TRIGGER append_only ON proposals_humanmeans;
"""

SAME_STRATEGY = """
ALTER TABLE proposals_authorisation
    ADD CONSTRAINT authorisation_programme_same_strategy FOREIGN KEY (programme_id, strategy_id)
        REFERENCES proposals_programme (id, strategy_id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION proposals_grant_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM proposals_action WHERE id = NEW.action_id AND strategy_id <> NEW.strategy_id;
    IF FOUND THEN
        PERFORM refuse('grant_same_strategy',
            'L''action de la subvention appartient à une autre stratégie.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_guard BEFORE INSERT OR UPDATE ON proposals_grant
    FOR EACH ROW EXECUTE FUNCTION proposals_grant_guard();
"""
SAME_STRATEGY_UNDO = """
DROP TRIGGER grant_guard ON proposals_grant;
DROP FUNCTION proposals_grant_guard();
ALTER TABLE proposals_authorisation DROP CONSTRAINT authorisation_programme_same_strategy;
"""

# What was voted as an AE of 2018 does not become another once money moved on it.
FROZEN = """
CREATE FUNCTION proposals_authorisation_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF (OLD.strategy_id, OLD.programme_id, OLD.nature, OLD.vintage)
            IS DISTINCT FROM (NEW.strategy_id, NEW.programme_id, NEW.nature, NEW.vintage)
            AND EXISTS (SELECT 1 FROM proposals_movement WHERE authorisation_id = OLD.id) THEN
        PERFORM refuse('authorisation_frozen',
            'Des mouvements portent sur cette autorisation : son programme, sa nature et son '
            'millésime ne changent plus.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER authorisation_guard BEFORE UPDATE ON proposals_authorisation
    FOR EACH ROW WHEN (OLD.writes = NEW.writes) EXECUTE FUNCTION proposals_authorisation_guard();
"""
FROZEN_UNDO = """
DROP TRIGGER authorisation_guard ON proposals_authorisation;
DROP FUNCTION proposals_authorisation_guard();
"""

WRITTEN = """
CREATE FUNCTION proposals_movement_effect(kind text, OUT stage int, OUT sign int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT e.stage, e.sign FROM (VALUES
        ('vote', 1, 1), ('report_entrant', 1, 1), ('report_sortant', 1, -1),
        ('caducite', 1, -1), ('annulation', 1, -1),
        ('affectation', 2, 1), ('desaffectation', 2, -1),
        ('engagement', 3, 1), ('desengagement', 3, -1),
        ('mandat', 4, 1), ('annulation_mandat', 4, -1), ('reversement', 4, -1)
    ) e(kind, stage, sign) WHERE e.kind = $1
$$;

CREATE FUNCTION proposals_movements_written() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM new_rows m JOIN proposals_authorisation h ON h.id = m.authorisation_id
        LEFT JOIN proposals_action a ON a.id = m.action_id
        LEFT JOIN proposals_act t ON t.id = m.act_id
        LEFT JOIN proposals_grant g ON g.id = m.grant_id
        WHERE a.strategy_id <> h.strategy_id OR t.strategy_id <> h.strategy_id
            OR g.strategy_id <> h.strategy_id LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('movement_same_strategy',
            'L''action, l''acte et la subvention d''un mouvement sont de la stratégie de son '
            'autorisation.');
    END IF;
    PERFORM 1 FROM new_rows m JOIN proposals_movement c ON c.id = m.corrects_id
        CROSS JOIN LATERAL proposals_movement_effect(m.kind) e
        CROSS JOIN LATERAL proposals_movement_effect(c.kind) was
        WHERE (c.authorisation_id, c.action_id) IS DISTINCT FROM (m.authorisation_id, m.action_id)
            OR e.stage <> was.stage OR e.sign <> -1 OR was.sign <> 1 OR m.date < c.date LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('movement_corrects_its_like',
            'Une correction reprend un mouvement de la même autorisation et de la même action, à '
            'sa date ou après, par le mouvement contraire.');
    END IF;
    -- Always in the same order: two writers of several authorisations never block each other.
    PERFORM 1 FROM proposals_authorisation
        WHERE id IN (SELECT authorisation_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;
    UPDATE proposals_authorisation SET writes = writes + 1
        WHERE id IN (SELECT authorisation_id FROM new_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER movements_written AFTER INSERT ON proposals_movement
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION proposals_movements_written();
"""
WRITTEN_UNDO = """
DROP TRIGGER movements_written ON proposals_movement;
DROP FUNCTION proposals_movements_written();
DROP FUNCTION proposals_movement_effect(text);
"""

# Days are added up to their end: within one day, and one transaction, any order will do.
LEDGER = """
CREATE FUNCTION proposals_euros(amount numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(to_char(amount, 'FM999,999,999,990.00'), ',.', U&'\\202F,') || U&'\\00A0€'
$$;

CREATE FUNCTION proposals_ledger_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    broken record;
    subject text;
    words text[] := ARRAY['le voté', 'l''affecté', 'l''engagé', 'le mandaté'];
    rules text[] := ARRAY['', 'ledger_affected_within_voted', 'ledger_committed_within_affected',
                          'ledger_paid_within_committed'];
BEGIN
    -- Of the writes of one transaction, the last checks for all.
    PERFORM 1 FROM proposals_authorisation WHERE id = NEW.id AND writes = NEW.writes;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT c.kind, c.date, c.amount, sum(m.amount) AS taken INTO broken
        FROM proposals_movement m JOIN proposals_movement c ON c.id = m.corrects_id
        WHERE m.authorisation_id = NEW.id
        GROUP BY c.id HAVING sum(m.amount) > c.amount ORDER BY c.date, c.id LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('movement_corrected_within_its_amount', format(
            'Les corrections du mouvement du %s (%s) feraient %s, soit %s de trop.',
            to_char(broken.date, 'DD/MM/YYYY'), proposals_euros(broken.amount),
            proposals_euros(broken.taken), proposals_euros(broken.taken - broken.amount)));
    END IF;

    WITH moves AS (
        SELECT m.action_id, m.date, e.stage, e.sign, e.sign * m.amount AS amount
        FROM proposals_movement m CROSS JOIN LATERAL proposals_movement_effect(m.kind) e
        WHERE m.authorisation_id = NEW.id
    ),
    -- Each stage is bounded by the one before: of the authorisation for what is affected, of the
    -- action for the rest.
    bounded AS (
        SELECT stage + 1 AS stage, CASE WHEN stage > 1 THEN action_id END AS action_id, date,
            amount AS bound, 0 AS amount, FALSE AS adds FROM moves WHERE stage < 4
        UNION ALL
        SELECT stage, CASE WHEN stage > 2 THEN action_id END, date,
            0, amount, sign > 0 FROM moves WHERE stage > 1
    ),
    days AS (
        SELECT stage, action_id, date, sum(bound) AS bound, sum(amount) AS amount,
            bool_or(adds) AS adds
        FROM bounded GROUP BY stage, action_id, date
    ),
    running AS (
        SELECT stage, action_id, date, adds, sum(bound) OVER upto AS bound,
            sum(amount) OVER upto AS amount
        FROM days WINDOW upto AS (PARTITION BY stage, action_id ORDER BY date)
    )
    SELECT r.*, a.code INTO broken
        FROM running r LEFT JOIN proposals_action a ON a.id = r.action_id
        WHERE r.bound < 0 OR r.amount < 0 OR (r.adds AND r.amount > r.bound)
        ORDER BY r.date, r.stage, a.code LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    subject := format('autorisation %s, %sau %s', NEW.reference,
        CASE WHEN broken.code IS NULL THEN '' ELSE format('action %s, ', broken.code) END,
        to_char(broken.date, 'DD/MM/YYYY'));
    IF broken.bound < 0 OR broken.amount < 0 THEN
        PERFORM refuse('ledger_not_negative', format(
            'Le mouvement retire plus qu''il n''y a : %s, %s serait de %s.', subject,
            words[CASE WHEN broken.bound < 0 THEN broken.stage - 1 ELSE broken.stage END],
            proposals_euros(LEAST(broken.bound, broken.amount))));
    END IF;
    PERFORM refuse(rules[broken.stage], format(
        'Dépassement de %s : %s, %s serait de %s, et %s est de %s.',
        proposals_euros(broken.amount - broken.bound), subject,
        words[broken.stage], proposals_euros(broken.amount),
        words[broken.stage - 1], proposals_euros(broken.bound)));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_guard AFTER UPDATE OF writes ON proposals_authorisation
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION proposals_ledger_guard();
"""
LEDGER_UNDO = """
DROP TRIGGER ledger_guard ON proposals_authorisation;
DROP FUNCTION proposals_ledger_guard();
DROP FUNCTION proposals_euros(numeric);
"""

STATISTICS = """
CREATE OR REPLACE FUNCTION proposals_refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE actors_organisation, proposals_axis, proposals_proposal, proposals_action,
        proposals_milestone, proposals_progressreport, proposals_milestoneupdate,
        proposals_territory, proposals_partnership, proposals_authorisation, proposals_movement,
        proposals_grant;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0009_money")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_UNDO),
        migrations.RunSQL(SAME_STRATEGY, SAME_STRATEGY_UNDO),
        migrations.RunSQL(FROZEN, FROZEN_UNDO),
        migrations.RunSQL(WRITTEN, WRITTEN_UNDO),
        migrations.RunSQL(LEDGER, LEDGER_UNDO),
        migrations.RunSQL(STATISTICS, migrations.RunSQL.noop),
    ]
