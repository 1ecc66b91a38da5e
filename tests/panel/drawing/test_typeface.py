"""The faces: crisp, of equal digits, and with every letter that the words need."""

from importlib.resources import files

import pytest
from babel.messages.pofile import read_po
from PIL import Image

from appliance.panel.drawing.typeface import BOLD, HUGE, LARGE, MEDIUM, SMALL, SheetError, read_sheet
from appliance.words.words import WORDS

FACES = pytest.mark.parametrize("face", [HUGE, LARGE, MEDIUM, BOLD, SMALL], ids=lambda face: face.name)


def inked(face, text: str) -> Image.Image:
    image = Image.new("1", (200, face.height))
    face.draw(image, 0, 0, text)
    return image


@FACES
def test_digits_are_of_equal_width_so_that_a_changing_number_stands_still(face):
    assert len({face.width(digit) for digit in "0123456789"}) == 1
    assert face.width("111") == face.width("888")


@FACES
def test_no_two_glyphs_look_alike(face):
    drawn = {letter: inked(face, letter).tobytes() for letter in face.glyphs if letter not in "-–\u00a0"}

    assert len(set(drawn.values())) == len(drawn)


@FACES
def test_capitals_and_digits_stand_on_the_baseline(face):
    for letter in face.glyphs:
        if letter.isdigit() or (letter.isupper() and letter != "Q"):
            assert inked(face, letter).getbbox()[3] == face.baseline, letter


def test_the_main_numbers_digits_are_32_pixels_high():
    for digit in "0123456789":
        left, top, right, bottom = inked(LARGE, digit).getbbox()
        assert (top, bottom) == (0, 32)
        assert right - left <= 20


def test_the_large_mode_s_digits_fill_the_glass():
    for number in ("99,9", "8,88", "100"):
        assert 100 <= HUGE.width(number) <= 124
    for digit in "0123456789":
        assert inked(HUGE, digit).getbbox()[1::2] == (0, 46)


def test_the_widest_numbers_fit_beside_their_unit():
    for number in ("88,8", "8,88"):
        assert LARGE.width(number) + 6 + MEDIUM.width("kW") <= 124


@pytest.mark.parametrize("face", [HUGE, LARGE, MEDIUM, SMALL, BOLD], ids=lambda face: face.name)
def test_a_decimal_mark_hangs_at_most_two_rows_below_its_number(face):
    for mark in ",.":
        assert inked(face, mark).getbbox()[3] <= face.baseline + (0 if face is LARGE else 2)


def test_a_decimal_mark_is_nearer_to_its_digits_than_they_are_to_each_other():
    for face in (HUGE, LARGE, MEDIUM):
        apart = face.width("88") - 2 * face.width("8")
        assert face.width("8,8") < 2 * face.width("8") + face.width(",") + 2 * apart
        assert face.width("8,1") == face.width("8,8"), "a number that changes stands still"


@pytest.mark.parametrize(("face", "body"), [(SMALL, 5), (BOLD, 7)], ids=["small", "bold"])
def test_a_capital_with_dots_or_a_ring_stays_a_capital(face, body):
    """Of the seven or nine rows of a capital, so many are the letter's own."""
    for plain, marked in ("AÄ", "OÖ", "AÅ"):
        image, rows = inked(face, marked), []
        for row in range(face.baseline):
            rows.append(image.crop((0, row, image.width, row + 1)).getbbox())
        assert all(rows), "no empty row between the letter and what is on it"
        width = face.width(plain)
        assert sum(box[:3:2] == (0, width) for box in rows[-body:]) >= body - 4


def test_text_is_as_wide_as_its_width_says():
    for text in ("Skru av noe!", "Høyt", "8,88"):
        image = inked(SMALL, text)
        assert image.getbbox()[2] <= SMALL.width(text)
        assert SMALL.width(text) == sum(SMALL.width(letter) for letter in text) + len(text) - 1


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_faces_of_text_have_every_letter_of_every_word(language):
    catalogue = files("appliance.words") / "catalogues" / f"{'nb' if language == 'en' else language}.po"
    with catalogue.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    said = "".join(message.id if language == "en" else message.string for message in messages)
    for face in (SMALL, BOLD):
        missing = set(said) - set("{}_\n") - face.glyphs.keys()  # the letter has lines, and is on no glass
        assert not missing, f"{language}: the face {face.name} needs {missing}"


def test_the_small_face_has_the_letters_of_the_three_languages():
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÄÖÉabcdefghijklmnopqrstuvwxyzæøåäöé0123456789 .,:;!?-–()/%+'\"") <= set(
        SMALL.glyphs
    )


def test_a_letter_the_face_does_not_have_is_a_hollow_box():
    box = inked(SMALL, "λ")

    assert box.getbbox() == (0, 0, 4, 7)
    assert not box.getpixel((1, 1))


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("height 2\nbaseline 2\ngap 1\nglyph 0\n#x\n##", "line 5"),
        ("height 2\nbaseline 2\ngap 1\nglyph 0\n##\n", "'0' is not 2 rows"),
        (
            "height 1\nbaseline 1\ngap 1\n" + "".join(f"glyph {d}\n{'#' * (1 + d // 9)}\n" for d in range(10)),
            "different widths",
        ),
    ],
)
def test_a_slip_in_a_sheet_is_named(sheet, words):
    with pytest.raises(SheetError, match=words):
        read_sheet("face", sheet)
