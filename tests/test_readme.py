"""What the manual shows of the program is what the program has."""

from pathlib import Path

from appliance.settings import generate, settings_file

SETTINGS = (Path(__file__).parents[1] / "appliance" / "docs" / "settings.md").read_text(encoding="utf-8")


def test_the_pin_table_is_board_toml():
    rows = [line for line in SETTINGS.splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{name}` | {signal.gpio} | {signal.pin} | {signal.use} |" for name, signal in settings_file.board().items()
    ]


def test_the_manual_shows_the_sample_and_the_alarms_explained():
    """That they are shown as they are is tests/settings/test_generate.py's."""
    shown = {
        name for page in generate.pages() for name in generate.GENERATED if f"generated: {name}" in page.read_text()
    }

    assert shown == set(generate.GENERATED)
