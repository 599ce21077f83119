"""Database functions."""

from django.db.models import DateField, Func


class ParisDay(Func):
    """The calendar day of a moment in Paris; immutable, so that constraints may use it."""

    template = "(%(expressions)s AT TIME ZONE 'Europe/Paris')::date"
    arity = 1
    output_field = DateField()
