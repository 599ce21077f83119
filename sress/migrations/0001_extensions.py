from django.contrib.postgres.operations import (
    BtreeGistExtension,
    UnaccentExtension,
)
from django.db import migrations


class Migration(migrations.Migration):
    """Trusted extensions: the owner of the database may create them."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension(), UnaccentExtension()]
