"""The contact sheets: every page is on them, and the README's is the program's own."""

import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageChops

from appliance.simulation import sheet
from appliance.simulation.examples import EXAMPLES
from appliance.words.words import WORDS

README = Path(__file__).parents[2] / "hardware" / "pages.png"


def run(*arguments, cwd):
    return subprocess.run([sys.executable, "-m", "appliance", *arguments], cwd=cwd, capture_output=True, text=True)


def test_pages_draws_a_sheet_a_language_and_each_page_by_itself(tmp_path):
    done = run("pages", "--png", "made", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {str(Path("made") / f"pages-{language}.png") for language in WORDS}
    for language, words in WORDS.items():
        assert {path.stem for path in (tmp_path / "made" / language).iterdir()} == set(EXAMPLES)
        with Image.open(tmp_path / "made" / language / "now-act.png") as kept:
            drawn = EXAMPLES["now-act"](words)
            grown = drawn.resize((3 * drawn.width, 3 * drawn.height), Image.Resampling.NEAREST)
            assert not ImageChops.logical_xor(kept.convert("1"), grown).getbbox()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    done = run("pages", "--png", "file", cwd=tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "file" in done.stderr


def test_the_readme_s_sheet_is_what_the_program_draws():
    made = sheet.sheet(EXAMPLES, WORDS["en"], sheet.README_PAGES)

    with Image.open(README) as kept:
        assert not ImageChops.difference(kept.convert("RGB"), made.convert("RGB")).getbbox(), (
            "draw it anew: han-appliance pages --png DIR makes DIR/readme.png, to be kept as hardware/pages.png"
        )
