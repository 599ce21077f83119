"""The erasure of a person, and the one thing that rewrites versions, which are append-only otherwise.

A procedure of the owner, which the site's role may call and gets nothing from but what it says: the
caller gives a number, neither a name nor a table. The names looked for are those that the account
has and had; in their place comes the one that it gets.

Where: in every table that is not audited. Audited tables are the record: their rows change by the
site's own rules. All others (versions, Django's log of the administration, tables of libraries,
those to come) hold traces. Some hundred columns are searched: it takes seconds, and is rare.
"""

from django.db import migrations

ERASE = r"""
CREATE PROCEDURE actors_erase_person(person bigint) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    new_name text := format('Personne effacée %s', person);
    new_address text := format('efface-%s@example.invalid', person);
    names text[];
    addresses text[];
    word text;
    trace record;
    pattern text;
BEGIN
    -- The account as it is too: it may be older than its first version.
    SELECT array_agg(DISTINCT full_name), array_agg(DISTINCT email) INTO names, addresses
        FROM (SELECT full_name, email FROM actors_user WHERE id = person
              UNION SELECT full_name, email FROM actors_user_version WHERE id = person) known
        WHERE email <> new_address;

    -- A password that starts so matches none.
    UPDATE actors_user
        SET full_name = new_name, email = new_address, is_active = false, last_login = NULL,
            password = '!' || replace(gen_random_uuid()::text, '-', '')
        WHERE id = person;
    UPDATE actors_user_version SET full_name = new_name, email = new_address
        WHERE id = person AND email <> new_address;

    FOR trace IN
        SELECT quote_ident(c.relname) AS tab, quote_ident(a.attname) AS col, t.typname AS kind,
               format_type(a.atttypid, a.atttypmod) AS type
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          JOIN pg_type t ON t.oid = a.atttypid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND t.typname IN ('text', 'varchar', 'bpchar', 'json', 'jsonb')
           -- Somebody else may bear the same name.
           AND NOT (c.relname = 'actors_user_version' AND a.attname IN ('full_name', 'email'))
           AND NOT EXISTS (SELECT FROM pg_trigger g
                            WHERE g.tgrelid = c.oid AND g.tgname = 'audit_update')
    LOOP
        FOREACH word IN ARRAY addresses || names LOOP
            CONTINUE WHEN word = '';
            -- A whole word, whatever its case; in JSON, as JSON writes it between quotes.
            pattern := CASE WHEN trace.kind LIKE 'json%'
                THEN substr(to_json(word)::text, 2, length(to_json(word)::text) - 2)
                ELSE word END;
            pattern := '(?<!\w)' || regexp_replace(pattern, '([^\w\s])', '\\\1', 'g') || '(?!\w)';
            EXECUTE format(
                'UPDATE %s SET %s = regexp_replace(%s::text, $1, $2, ''gi'')::%s'
                || ' WHERE %s::text ~* $1',
                trace.tab, trace.col, trace.col, trace.type, trace.col)
                USING pattern, CASE WHEN word = ANY (addresses) THEN new_address ELSE new_name END;
        END LOOP;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("actors", "0004_audit"), ("sress", "0004_audit")]
    operations = [migrations.RunSQL(ERASE, "DROP PROCEDURE actors_erase_person(bigint)")]
