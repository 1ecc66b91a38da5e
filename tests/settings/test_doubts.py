"""What a file may say and hardly means: taken, and named."""

import pytest

from appliance.commands.main import main
from appliance.settings import settings_file
from appliance.settings.doubts import doubts

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJkeyOfYourOwnInPlaceOfThisOnePlease0000000 me"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[data]\nfolder = "~/han"', "data.folder = '~/han' is below the folder that the program is started in"),
        ('[data]\nfolder = "data"', "write the whole path"),
        ('[line]\nport = "ttyUSB0"', 'write the whole path, such as "/dev/ttyUSB0"'),
        ('[[tariff]]\nbasis = "fuse"\nsteps = [{}]', "finds no step without phases.fuse_a"),
        ("[[tariff]]\n[[tariff]]", "there are 2 [[tariff]] without valid_from, and only the first of them counts"),
        (
            "[[tariff]]\nvalid_from = 2026-01-01\n[[tariff]]\nvalid_from = 2026-01-01",
            "there are 2 [[tariff]] with valid_from = 2026-01-01",
        ),
        ("[display]\ncontrast = 50", "display.idle_contrast is above display.contrast"),
        ('[network]\npassphrase = "secret words"', "network.passphrase is of no use without network.name"),
        (f'[network]\nwired = true\nssh_key = "{KEY}"', "network.ssh_key is the example's"),
    ],
)
def test_what_is_hardly_meant_is_taken_and_named(text: str, words: str):
    (sentence,) = doubts(settings_file.parse(text, "a.toml"))

    assert words in sentence


def test_the_defaults_and_a_tariff_by_a_fuse_that_is_set_leave_no_doubt():
    assert doubts(settings_file.parse(settings_file.sample(), "a.toml")) == ()
    fuse = '[phases]\nfuse_a = 40\n[[tariff]]\nbasis = "fuse"\nsteps = [{}]'
    assert doubts(settings_file.parse(fuse, "a.toml")) == ()


def test_the_check_says_it_and_its_exit_code_does(tmp_path, capsys):
    file = tmp_path / "appliance.toml"
    for text, code, words in (
        ("", 0, "fant ingen feil"),
        ('[line]\nport = "ttyUSB0"', 1, "line.port"),
        ("x = 1", 2, "x er ingen innstilling"),
    ):
        file.write_text(text)
        assert main(["config", "check", "--config", str(file)]) == code
        captured = capsys.readouterr()
        assert words in captured.out + captured.err
