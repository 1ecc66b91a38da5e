"""Captures in whatever form people post them: the octets are found, and a list in them is read."""

import base64
import textwrap
from collections.abc import Callable

import pytest

from appliance.commands.main import main
from appliance.line.dumps import dumps, is_text
from tests.ciphering import AUTHENTICATION_KEY, KEY, enciphered, enciphered_frame
from tests.corpus import FOLDER, captures
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE, information
from tests.line.test_other_protocols import AUSTRIAN, telegram


def lines(octets: bytes, size: int = 16) -> list[bytes]:
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def each(write: Callable[[int, bytes], str]) -> Callable[[bytes], str]:
    """A text that has a line for each 16 octets."""
    return lambda octets: "\n".join(write(16 * place, part) for place, part in enumerate(lines(octets)))


def letters(octets: bytes) -> str:
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in octets)


FORMS: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "capitals": lambda octets: octets.hex(" ").upper(),
    "0x and commas": lambda octets: ", ".join(f"0x{octet:02X}" for octet in octets),
    "0x of one digit": lambda octets: ",".join(f"{octet:#x}" for octet in octets),
    "an array in C": lambda octets: "{" + ",\n".join(f"0x{octet:02x}" for octet in octets) + "};",
    "colons": lambda octets: octets.hex(":"),
    "dashes": lambda octets: octets.hex("-"),
    "commas": lambda octets: octets.hex(","),
    "escapes": lambda octets: "b'" + "".join(f"\\x{octet:02x}" for octet in octets) + "'",
    "hex in words of 16": lambda octets: octets.hex(" ", 2),
    "time before each line": each(lambda at, part: f"17:00:{at % 60:02} {part.hex(' ')}"),
    "time in brackets": each(lambda at, part: f"[17:00:00.{at:03}] {part.hex(':')}"),
    "date and time": each(lambda at, part: f"2026-01-15T17:00:00.{at:03}+01:00 {part.hex()}"),
    "date, time and colon": each(lambda _at, part: f"2026-01-15 17:00:00: {part.hex(' ')}"),
    "seconds": each(lambda at, part: f"1768492800.{at:03} {part.hex()}"),
    "an address": each(lambda at, part: f"{at:08x}: {part.hex(' ', 2)}  {letters(part)}"),
    "hexdump -C": each(lambda at, part: f"{at:08x}  {part.hex(' ')}  |{letters(part)}|"),
    "a logger's words": each(
        lambda at, part: f"[17:00:00][D][uart:{at}]: <<< {part.hex(':')}" if len(part) > 7 else part.hex(":")
    ),
    "words before": lambda octets: f"Received {len(octets)} bytes\n{octets.hex()}\nthe end, added later\n",
    "base64": lambda octets: base64.b64encode(octets).decode(),
    "base64 in lines": lambda octets: "\n".join(textwrap.wrap(base64.b64encode(octets).decode(), 76)),
    "base64 after a time": lambda octets: "2026-01-15T17:00:00Z " + base64.b64encode(octets).decode(),
    "windows": lambda octets: "\ufeff" + "\r\n".join(part.hex(" ") for part in lines(octets)) + "\r\n",
}


def decoded(capsys, tmp_path, content: str | bytes, *options: str) -> tuple[int, str, str]:
    path = tmp_path / "capture"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    code = main(["decode", *options, str(path)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("options", [(), ("--hex",)], ids=["", "--hex"])
@pytest.mark.parametrize("form", FORMS)
def test_a_dump_in_any_usual_form_is_read(capsys, tmp_path, form, options):
    code, out, _ = decoded(capsys, tmp_path, FORMS[form](KAMSTRUP_EXAMPLE + AIDON_EXAMPLE), *options)

    assert code == 0
    assert "import 1362 W" in out
    assert "Kamstrup_V0001 (15)" in out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kept", [slice(None), slice(3, None), slice(9, None)], ids=["llc", "apdu", "data"])
def test_a_payload_without_its_frame_is_read_in_any_form(capsys, tmp_path, form, kept):
    code, out, err = decoded(capsys, tmp_path, FORMS[form](information(AIDON_EXAMPLE)[kept]))

    assert code == 0
    assert "import 1362 W" in out
    assert "payloads without frames" in err


def test_payloads_line_by_line_are_read_each(capsys, tmp_path):
    payloads = [information(AIDON_EXAMPLE).hex(), information(KAMSTRUP_EXAMPLE).hex()]

    code, out, _ = decoded(capsys, tmp_path, "\n".join(payloads))

    assert (code, out.count("import")) == (0, 2)


@pytest.mark.parametrize("of", [bytes, FORMS["hex"], FORMS["0x and commas"], FORMS["base64"]])
@pytest.mark.parametrize(
    ("octets", "named"),
    [
        (telegram() * 2, "2 P1 telegrams (DSMR, IEC 62056-21) of LGF5E360, which this program does not read"),
        (telegram(check=False), "1 P1 telegram"),
        (AUSTRIAN, "1 M-Bus frame, encrypted ones, which this program does not read"),
    ],
    ids=["p1", "p1 without check", "m-bus"],
)
def test_what_is_not_read_is_named(capsys, tmp_path, octets, named, of):
    code, out, err = decoded(capsys, tmp_path, of(octets))

    assert (code, out) == (1, "")
    assert named in err


def test_a_text_of_p1_is_named_as_it_stands(capsys, tmp_path):
    assert "P1 telegram" in decoded(capsys, tmp_path, telegram())[2]


@pytest.mark.parametrize(
    ("options", "code", "row", "advice"),
    [
        (("--key", KEY, "--authentication-key", AUTHENTICATION_KEY), 0, "(verified)", ""),
        (("--key", KEY), 0, "(unverified)", ""),
        (("--key", "00" * 16), 1, "the key does not fit", "GPK11 is neither"),
        ((), 1, "rejected: encrypted", "ask the grid company to switch that off"),
    ],
    ids=["right", "half", "wrong", "missing"],
)
@pytest.mark.parametrize("framed", [True, False], ids=["frame", "payload"])
def test_encrypted_lists_are_read_with_keys_and_else_it_is_said_what_to_do(
    capsys, tmp_path, options, code, row, advice, framed
):
    octets = (enciphered_frame if framed else enciphered)(information(KAMSTRUP_EXAMPLE), 3)

    ended, out, err = decoded(capsys, tmp_path, octets, *options)

    assert ended == code
    assert row in out
    assert advice in err


def test_keys_are_taken_from_a_settings_file(capsys, tmp_path):
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[meter]\nkey = "{KEY}"\nauthentication_key = "{AUTHENTICATION_KEY}"\n')
    frame = enciphered_frame(information(KAMSTRUP_EXAMPLE), 3)

    code, out, _ = decoded(capsys, tmp_path, frame, "--json", "--config", str(settings))

    assert code == 0
    assert '"authentication": "verified"' in out


@pytest.mark.parametrize("options", [("--key", "12"), ("--authentication-key", KEY), ("--config", "nowhere.toml")])
def test_keys_that_are_none_end_with_2_and_a_sentence_without_them(capsys, tmp_path, options):
    code, out, err = decoded(capsys, tmp_path, b"", *options)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert KEY not in err


@pytest.mark.corpus
@pytest.mark.parametrize("capture", captures("apdu_only", "aidon_fragment"), ids=lambda capture: capture.name)
def test_every_captured_payload_is_read(capsys, capture):
    assert main(["decode", "--hex", str(FOLDER / f"{capture.name}.hex")]) == 0
    assert " W" in capsys.readouterr().out


def test_words_and_numbers_that_are_no_octets_are_none():
    assert [dump.octets for dump in dumps(b"hello world, 42 is added at 17:00\n")] == []
    assert is_text("æ".encode() * 10)
    assert is_text("æ".encode()[:1])
    assert not is_text(AIDON_EXAMPLE)
    assert not is_text(b"")


def test_a_huge_text_is_read_in_one_go(capsys, tmp_path):
    code, out, _ = decoded(capsys, tmp_path, "\n".join([AIDON_EXAMPLE.hex(":")] * 2000))

    assert (code, out.count("import 1362 W")) == (0, 2000)
