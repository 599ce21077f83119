from django.db import migrations

# allauth looks people up in a table of addresses of its own. An administrator gives an address and
# whoever signs in has proven it: it is the account's, the only one, verified. Whoever writes.
ADDRESS = """
CREATE FUNCTION actors_keep_address() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.email = OLD.email THEN
            RETURN NULL;
        END IF;
        DELETE FROM account_emailaddress WHERE user_id = NEW.id;
    END IF;
    INSERT INTO account_emailaddress (user_id, email, verified, "primary")
    VALUES (NEW.id, NEW.email, true, true);
    RETURN NULL;
END $$;
CREATE TRIGGER actors_keep_address AFTER INSERT OR UPDATE OF email ON actors_user
FOR EACH ROW EXECUTE FUNCTION actors_keep_address();
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT id, email, true, true FROM actors_user;
"""
UNDO = """
DROP TRIGGER actors_keep_address ON actors_user;
DROP FUNCTION actors_keep_address();
DELETE FROM account_emailaddress;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0005_erase_person"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunSQL(ADDRESS, UNDO)]
