"""What a file that somebody sends really is: its name, its size and its content must agree."""

import io
import zipfile
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

LARGEST = 10 * 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# By extension: the type that the file is served as.
TYPES = {
    "pdf": "application/pdf",
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
    "odp": f"{_OPEN}presentation",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "csv": "text/csv",
    "txt": "text/plain",
}
ACCEPT = ",".join(f".{extension}" for extension in TYPES)
_SIGNATURES = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
}
_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def checked(sent: UploadedFile) -> tuple[str, str, bytes]:
    """The name, type and bytes of a file of a known kind. Raises ValidationError, in French."""
    name = PurePath((sent.name or "").replace("\\", "/")).name.replace("\0", "")[-150:]
    extension = PurePath(name).suffix.lower().removeprefix(".")
    if extension not in TYPES:
        raise ValidationError(
            f"« {name} » : ce type de fichier n'est pas accepté. Joignez un fichier "
            f"{', '.join(TYPES)}."
        )
    if (sent.size or 0) > LARGEST:
        raise ValidationError(
            f"« {name} » dépasse {LARGEST // 1024 // 1024} Mo : allégez-le ou découpez-le."
        )
    data = sent.read()
    if not data:
        raise ValidationError(f"« {name} » est vide.")
    if not _is(extension, data):
        raise ValidationError(
            f"« {name} » n'est pas un vrai fichier .{extension} : son contenu est d'un autre type."
        )
    return name, TYPES[extension], data


def _is(extension: str, data: bytes) -> bool:
    if extension in _SIGNATURES:
        return data.startswith(_SIGNATURES[extension])
    if extension in ("csv", "txt"):
        return b"\0" not in data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if extension in _PARTS:
                names = archive.namelist()
                # Macros hide in renamed files: a real .docx has none.
                return _PARTS[extension] in names and not any("vbaProject" in n for n in names)
            with archive.open("mimetype") as declared:
                return declared.read(100).decode("ascii", "replace") == TYPES[extension]
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, ValueError):
        return False
