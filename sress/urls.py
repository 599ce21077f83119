from django.contrib import admin
from django.urls import include, path

from sress import health
from sress.audit.pages import journal_page

handler403 = "sress.faults.forbidden"
handler404 = "sress.faults.not_found"
handler500 = "sress.faults.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/journal/", admin.site.admin_view(journal_page), name="journal"),
    path("admin/", admin.site.urls),
    path("compte/", include("actors.urls")),
    path("", include("proposals.urls")),
]
