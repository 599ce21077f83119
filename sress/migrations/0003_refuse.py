from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse(rule text, message text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = rule, MESSAGE = message;
END $$;
COMMENT ON FUNCTION refuse IS
    'Triggers refuse as check constraints do: by name, with a French text that forms can show.';
"""


class Migration(migrations.Migration):
    dependencies = [("sress", "0002_initial")]
    operations = [migrations.RunSQL(REFUSE, "DROP FUNCTION refuse(text, text)")]
