"""An édition never changes: neither its row, nor what was known when it was frozen.

A fact bears the instant at which it was recorded, but enters the database a little later, when its
transaction ends. So freezing waits for the transactions that write facts (they hold a lock that is
shared among them), and a fact that enters after an édition is recorded after it.
"""

from django.db import migrations

FACTS = (
    "progressreport",
    "rectification",
    "action",
    "milestone",
    "movement",
    "creditline",
    "funding",
    "humanmeans",
    "grant",
)

HOLD = """
-- Shared by transactions that write facts, exclusive for the one that freezes an édition.
CREATE FUNCTION proposals_facts_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT 20140731::bigint $$;

CREATE FUNCTION proposals_hold_facts() RETURNS void LANGUAGE sql AS
    $$ SELECT pg_advisory_xact_lock(proposals_facts_lock()) $$;

CREATE FUNCTION proposals_recorded_after_editions() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    frozen timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(proposals_facts_lock());
    SELECT max(known_at) INTO frozen FROM proposals_edition;
    IF NEW.recorded_at <= frozen THEN
        NEW.recorded_at := frozen + interval '1 microsecond';
    END IF;
    RETURN NEW;
END $$;
"""
HOLD_UNDO = """
DROP FUNCTION proposals_recorded_after_editions();
DROP FUNCTION proposals_hold_facts();
DROP FUNCTION proposals_facts_lock();
"""
RECORDED = "\n".join(
    # Before the other guards of these tables, which read the instant: triggers run by name.
    f"CREATE TRIGGER a_recorded_after_editions BEFORE INSERT ON proposals_{table}"
    " FOR EACH ROW EXECUTE FUNCTION proposals_recorded_after_editions();"
    for table in FACTS
)
RECORDED_UNDO = "\n".join(
    f"DROP TRIGGER a_recorded_after_editions ON proposals_{table};" for table in FACTS
)

APPEND_ONLY = """
CREATE FUNCTION proposals_edition_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM refuse('edition_append_only',
            'Une édition ne change plus : figez-en une autre.');
    END IF;
    PERFORM 1 FROM proposals_event WHERE id = NEW.event_id AND strategy_id <> NEW.strategy_id;
    IF FOUND THEN
        PERFORM refuse('edition_event_same_strategy',
            'L''événement appartient à une autre stratégie.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER edition_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_edition
    FOR EACH ROW EXECUTE FUNCTION proposals_edition_guard();

CREATE FUNCTION proposals_edition_document_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refuse('edition_document_append_only',
        'Les documents d''une édition ne changent plus.');
    RETURN NULL;
END $$;
CREATE TRIGGER edition_document_guard BEFORE UPDATE OR DELETE ON proposals_editiondocument
    FOR EACH ROW EXECUTE FUNCTION proposals_edition_document_guard();
CREATE TRIGGER edition_content_guard BEFORE UPDATE OR DELETE ON proposals_editioncontent
    FOR EACH ROW EXECUTE FUNCTION proposals_edition_document_guard();
"""
APPEND_ONLY_UNDO = """
DROP TRIGGER edition_content_guard ON proposals_editioncontent;
DROP TRIGGER edition_document_guard ON proposals_editiondocument;
DROP FUNCTION proposals_edition_document_guard();
DROP TRIGGER edition_guard ON proposals_edition;
DROP FUNCTION proposals_edition_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0012_editions")]
    operations = [
        migrations.RunSQL(HOLD, HOLD_UNDO),
        migrations.RunSQL(RECORDED, RECORDED_UNDO),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_UNDO),
    ]
