from django.db import migrations

# Django's table for a cache. What it holds may be lost, so the write-ahead log does without it.
TABLE = """
CREATE UNLOGGED TABLE sress_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX sress_cache_expires ON sress_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("sress", "0004_audit")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE sress_cache")]
