from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from sress import health
from sress.audit.pages import journal_page

handler403 = "sress.faults.forbidden"
handler404 = "sress.faults.not_found"
handler500 = "sress.faults.server_error"

# One door only: who is not signed in is sent to the site's own page, with its limits and codes.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
to_password = RedirectView.as_view(pattern_name="account_change_password")

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/journal/", admin.site.admin_view(journal_page), name="journal"),
    path("admin/password_change/", to_password, name="admin_password"),
    path("admin/", admin.site.urls),
    path("compte/", include("actors.accounts.urls")),
    path("", include("proposals.urls")),
]
