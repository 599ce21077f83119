"""« Effacer la personne », among the accounts: what goes, what stays, then the deed."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path

from actors import erasure
from actors.access import Access, open_to
from actors.models import User


class Erasing(admin.ModelAdmin):
    """For the administration of accounts. Administrators alone erase, and never themselves."""

    change_form_template = "admin/actors/user/change_form.html"

    def get_urls(self) -> Any:
        page = self.admin_site.admin_view(self.erase_view)
        return [path("<int:pk>/effacer/", page, name="actors_user_erase"), *super().get_urls()]

    @open_to(Access.ADMINISTER)
    def erase_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the erasure of a person takes and leaves; then the erasure."""
        if not getattr(request.user, "is_superuser", False):
            raise PermissionDenied
        person, by = get_object_or_404(User, pk=pk), cast(User, request.user)
        if request.method == "POST":
            try:
                erasure.erase(person, by=by)
            except erasure.ErasureRefusedError as refused:
                self.message_user(request, str(refused), messages.ERROR)
            else:
                self.message_user(request, "La personne est effacée.")
            return redirect("admin:actors_user_change", person.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Effacer la personne",
            "person": person,
            "refusal": erasure.refusal(person, by),
            "mentions": erasure.mentions(person),
        }
        return TemplateResponse(request, "admin/actors/user/erase.html", context)
