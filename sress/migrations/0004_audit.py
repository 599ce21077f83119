"""What writes the versions of rows. Plain triggers: no session setting silences them.

They run as the owner of the tables, so that the site's role may read versions but neither write,
change nor delete any. It may not attach the function to tables of its own either, which would let
it write versions of things that never were.

Statement triggers, for speed: an import writes 200 000 rows in one statement. The columns kept are
those that the table and its versions have in common at that moment, whatever the migrations are at.
"""

from django.db import migrations

AUDIT = """
CREATE FUNCTION sress_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    versions text := quote_ident(TG_TABLE_NAME || '_version');
    key text := quote_ident(TG_ARGV[0]);
    -- Who and from where; nothing for SQL written by hand.
    context jsonb := NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb;
    columns text;
    said text;
    said_before text;
    changed text;
BEGIN
    SELECT string_agg(quote_ident(c.attname), ', '),
           string_agg('n.' || quote_ident(c.attname), ', '),
           string_agg('o.' || quote_ident(c.attname), ', ')
      INTO columns, said, said_before
      FROM pg_attribute c
      JOIN pg_attribute v ON v.attname = c.attname
     WHERE c.attrelid = TG_RELID AND c.attnum > 0 AND NOT c.attisdropped
       AND v.attrelid = versions::regclass AND v.attnum > 0 AND NOT v.attisdropped;
    changed := CASE TG_OP
        WHEN 'INSERT' THEN 'new_rows n'
        WHEN 'DELETE' THEN 'old_rows n'
        -- A save that changes nothing is no change.
        ELSE format('new_rows n LEFT JOIN old_rows o ON o.%s = n.%s
                     WHERE (%s) IS DISTINCT FROM (%s)', key, key, said, said_before)
    END;
    EXECUTE format(
        'INSERT INTO %s (%s, pgh_label, pgh_created_at, pgh_context)
         SELECT %s, $1, statement_timestamp(), $2 FROM %s', versions, columns, said, changed)
        USING lower(TG_OP), context;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION sress_audit() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("sress", "0003_refuse")]
    operations = [migrations.RunSQL(AUDIT, "DROP FUNCTION sress_audit() CASCADE")]
