"""An attachment is written with its report or never, and then only erased."""

from django.db import migrations

ATTACHMENTS = """
CREATE FUNCTION proposals_attachment_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    writing text;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.report_id IS NOT NULL THEN
        IF TG_OP = 'DELETE' OR OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL
            OR to_jsonb(OLD) - ARRAY['erased_at', 'erased_by_id', 'erased_because']
            <> to_jsonb(NEW) - ARRAY['erased_at', 'erased_by_id', 'erased_because']
        THEN
            PERFORM refuse('attachment_append_only',
                'Une pièce publiée ne se modifie pas : effacez-la, avec un motif.');
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.report_id IS NOT NULL THEN
        -- As for milestones: the report is of a transaction still running, and visible here.
        SELECT pg_xact_status(
                (mine + ((r.xmin::text::bigint - mine + 2147483648) & 4294967295) - 2147483648)
                ::text::xid8)
            INTO writing
            FROM proposals_progressreport r, (SELECT pg_current_xact_id()::text::bigint) t(mine)
            WHERE r.id = NEW.report_id;
        IF writing <> 'in progress' THEN
            PERFORM refuse('attachment_with_its_report',
                'Rien ne s''ajoute à un point déjà enregistré : publiez une correction.');
        END IF;
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER attachment_guard BEFORE INSERT OR UPDATE OR DELETE ON proposals_attachment
    FOR EACH ROW EXECUTE FUNCTION proposals_attachment_guard();

-- The bytes of a published attachment do not change; they go when it is erased, not before.
CREATE FUNCTION proposals_attachment_content_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM refuse('attachment_content_append_only', 'Le contenu d''une pièce ne change pas.');
    END IF;
    PERFORM 1 FROM proposals_attachment
        WHERE id = OLD.attachment_id AND report_id IS NOT NULL AND erased_at IS NULL;
    IF FOUND THEN
        PERFORM refuse('attachment_erased_first',
            'Le contenu d''une pièce publiée ne disparaît qu''avec son effacement motivé.');
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER attachment_content_guard BEFORE UPDATE OR DELETE ON proposals_attachmentcontent
    FOR EACH ROW EXECUTE FUNCTION proposals_attachment_content_guard();
"""
ATTACHMENTS_UNDO = """
DROP TRIGGER attachment_content_guard ON proposals_attachmentcontent;
DROP TRIGGER attachment_guard ON proposals_attachment;
DROP FUNCTION proposals_attachment_content_guard();
DROP FUNCTION proposals_attachment_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0004_desk")]
    operations = [migrations.RunSQL(ATTACHMENTS, ATTACHMENTS_UNDO)]
