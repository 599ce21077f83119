"""Pictures that people send, made safe and small: decoded, then encoded anew.

What is stored was written by this module: no EXIF, no place, no hidden bytes of the file that came.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageCms, ImageOps

from sress.uploads import LARGEST

TYPE = "image/webp"
WIDEST = 1600
WIDEST_IN_LISTS = 640
# A file of some kilobytes may decode to gigabytes: more pixels than this are never decoded.
MOST_PIXELS = 40_000_000
_FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
ACCEPT = ",".join(f".{extension}" for extension in _FORMATS)
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as pages show it, and a small version for lists; both WebP."""

    large: bytes
    small: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The digest of the large version, in hexadecimal."""
        return hashlib.sha256(self.large).hexdigest()

    @classmethod
    def of(cls, image: Image.Image) -> "Picture":
        """The picture of a decoded image, on white where it is transparent."""
        large = _reduced(_flat(image), WIDEST)
        return cls(
            large=_encoded(large),
            small=_encoded(_reduced(large, WIDEST_IN_LISTS)),
            width=large.width,
            height=large.height,
        )


def checked(sent: UploadedFile) -> Picture:
    """The picture that somebody sends. Raises ValidationError, in French."""
    name = PurePath((sent.name or "").replace("\\", "/")).name.replace("\0", "")[-150:]
    kind = _FORMATS.get(PurePath(name).suffix.lower().removeprefix("."))
    if kind is None:
        raise ValidationError(f"« {name} » : envoyez une image .jpg, .png ou .webp.")
    if (sent.size or 0) > LARGEST:
        raise ValidationError(f"« {name} » dépasse {LARGEST // 1024 // 1024} Mo : allégez-la.")
    data = sent.read()
    if not data:
        raise ValidationError(f"« {name} » est vide.")
    return Picture.of(_decoded(name, data))


def _decoded(name: str, data: bytes) -> Image.Image:
    too_large = ValidationError(
        f"« {name} » a plus de {MOST_PIXELS // 1_000_000} millions de points : réduisez-la."
    )
    try:
        image = Image.open(io.BytesIO(data), formats=sorted(set(_FORMATS.values())))
        if image.width * image.height > MOST_PIXELS:
            raise too_large
        image.load()
        # Cameras note how they were held beside the pixels, which stay alone here.
        return _in_screen_colours(ImageOps.exif_transpose(image))
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large from None
    except Exception:  # decoders fail on broken bytes in every way there is
        raise ValidationError(
            f"« {name} » n'est pas une image lisible : son contenu est abîmé ou d'un autre type."
        ) from None


def _in_screen_colours(image: Image.Image) -> Image.Image:
    """Phones and printers have colours of their own; without their profile, those of the web."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        web = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, own, web, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _flat(image: Image.Image) -> Image.Image:
    """Its pixels alone, without transparency."""
    seen = image.convert("RGBA")
    page = Image.new("RGB", seen.size, "white")
    page.paste(seen, mask=seen.getchannel("A"))
    return page


def _reduced(image: Image.Image, widest: int) -> Image.Image:
    """At most that wide and that high."""
    reduced = image.copy()
    reduced.thumbnail((widest, widest), Image.Resampling.LANCZOS)
    return reduced


def _encoded(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=_QUALITY, method=5)
    return written.getvalue()
