"""Files joined to reports, always served as downloads."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from actors.access import Access, open_to
from proposals.models import Attachment
from sress.faults import NotFound


@open_to(Access.PUBLIC)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for whoever may read its report."""
    attachment = Attachment.objects.visible_to(request.user).filter(pk=pk).first()
    if attachment is None:
        raise NotFound("Cette pièce n'existe pas, ou n'est pas publique.")
    if attachment.erased_at:
        raise NotFound("Cette pièce a été effacée.")
    response = HttpResponse(bytes(attachment.content.data), content_type=attachment.content_type)
    # Never shown as a page of this site, whatever it contains.
    response["Content-Disposition"] = content_disposition_header(True, attachment.name) or ""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
