"""Pictures that people send: what is refused, and what is left of those that are not."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sress import pictures
from sress.uploads import LARGEST


def encoded(image, kind="JPEG", **options):
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def sent(data, name="photo.jpg"):
    return SimpleUploadedFile(name, data)


def bomb(width=60_000, height=60_000):
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


PHOTO = encoded(Image.effect_noise((400, 300), 60).convert("RGB"))


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("texte.jpg", b"Bonjour", "n'est pas une image lisible"),
        ("page.png", b"<svg onload='alert(1)'/>", "n'est pas une image lisible"),
        ("coupee.jpg", PHOTO[: len(PHOTO) // 2], "n'est pas une image lisible"),
        ("vide.png", b"", "est vide"),
        ("image.gif", encoded(Image.new("P", (9, 9)), "GIF"), ".jpg, .png ou .webp"),
        ("gif.png", encoded(Image.new("P", (9, 9)), "GIF"), "n'est pas une image lisible"),
        ("bombe.png", bomb(), "millions de points"),
        ("grande.png", bomb(8_000, 8_000), "millions de points"),
        ("lourde.jpg", b"\xff\xd8\xff" + b"\0" * LARGEST, "dépasse 10 Mo"),
        ("dessin.svg", b"<svg/>", ".jpg, .png ou .webp"),
        ("sans-nom", PHOTO, ".jpg, .png ou .webp"),
    ],
)
def test_what_is_no_picture_is_refused_in_french(name, data, why):
    with pytest.raises(ValidationError) as refused:
        pictures.checked(sent(data, name))
    assert why in refused.value.messages[0]
    assert name in refused.value.messages[0]


def test_a_picture_is_reduced_in_two_sizes():
    made = pictures.checked(sent(encoded(Image.new("RGB", (4000, 2000), "teal"))))
    assert (made.width, made.height) == (1600, 800)
    assert Image.open(io.BytesIO(made.large)).size == (1600, 800)
    assert Image.open(io.BytesIO(made.small)).size == (640, 320)
    assert Image.open(io.BytesIO(made.small)).format == "WEBP"


def test_a_small_one_is_never_enlarged():
    made = pictures.checked(sent(encoded(Image.new("RGB", (300, 500), "teal"))))
    assert (made.width, made.height) == (300, 500)


def test_place_and_camera_are_taken_away_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x010F] = "APPAREIL"
    exif[0x0112] = 6  # held on its side
    exif.get_ifd(0x8825)[2] = (47.0, 54.0, 3.0)
    data = encoded(Image.new("RGB", (400, 300), "teal"), exif=exif, comment=b"SECRET")
    assert b"APPAREIL" in data
    made = pictures.checked(sent(data))
    assert (made.width, made.height) == (300, 400)
    for kept in (made.large, made.small):
        assert b"APPAREIL" not in kept
        assert b"SECRET" not in kept
        assert not Image.open(io.BytesIO(kept)).getexif()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "RGB"])
def test_every_kind_of_png_is_read(mode):
    made = pictures.checked(sent(encoded(Image.new(mode, (50, 40)), "PNG"), "a.PNG"))
    assert (made.width, made.height) == (50, 40)


def test_what_is_transparent_becomes_white():
    made = pictures.checked(
        sent(encoded(Image.new("RGBA", (50, 40), (0, 0, 0, 0)), "PNG"), "a.png")
    )
    assert min(Image.open(io.BytesIO(made.large)).convert("L").getextrema()) > 250


def test_what_follows_the_picture_in_its_file_is_not_kept():
    made = pictures.checked(sent(PHOTO + b"<script>alert(1)</script>"))
    assert b"<script>" not in made.large
