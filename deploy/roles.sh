#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: the site's two roles and its database.
set -eu
psql --username "$POSTGRES_USER" --set owner_password="$OWNER_PASSWORD" \
    --set app_password="$APP_PASSWORD" --file /srv/roles.sql
