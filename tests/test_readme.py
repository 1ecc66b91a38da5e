"""What the README promises is what the program does."""

from pathlib import Path

from appliance.settings import settings_file

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_pin_table_is_board_toml():
    rows = [line for line in README.splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{name}` | {signal.gpio} | {signal.pin} | {signal.use} |" for name, signal in settings_file.board().items()
    ]


def test_the_settings_shown_are_the_sample():
    assert f"```toml\n{settings_file.sample()}```" in README


def test_the_alarms_explained_are_what_the_program_says():
    assert f"```text\n{settings_file.rules()}```" in README
