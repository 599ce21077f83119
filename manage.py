#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from sress.audit import context

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sress.settings")
    try:
        with context.command(sys.argv):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration: {error}")
