"""Bulk actions of the administration that ask before they act."""

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

# The page names so many objects, and counts the others.
NAMED = 20


def asks_first(
    description: str, question: str, *, needs: str = "change", form: type[forms.Form] | None = None
) -> Callable[[Callable[..., None]], Any]:
    """Decorate a method of a ModelAdmin: a page tells what will happen to which objects, asks
    what `form` needs to know, and the method runs once that is confirmed, with what was answered.
    """

    def decorate(act: Callable[..., None]) -> Any:
        @functools.wraps(act)
        def wrapped(self: Any, request: HttpRequest, queryset: QuerySet) -> Any:
            confirmed = "confirmed" in request.POST
            asked = form(request.POST if confirmed else None) if form else None
            if confirmed and (asked is None or asked.is_valid()):
                return act(self, request, queryset, **(asked.cleaned_data if asked else {}))
            count = queryset.count()
            context = {
                **self.admin_site.each_context(request),
                "title": description,
                "question": question,
                "form": asked,
                "named": queryset[:NAMED],
                "more": max(0, count - NAMED),
                "opts": self.opts,
                "media": self.media + (asked.media if asked else forms.Media()),
                "action": act.__name__,
                "checkbox": ACTION_CHECKBOX_NAME,
                "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "across": request.POST.get("select_across", "0"),
            }
            status = 422 if confirmed else 200
            return TemplateResponse(request, "admin/confirm.html", context, status=status)

        return admin.action(description=description, permissions=[needs])(wrapped)

    return decorate
