"""Encrypted lists with their keys: a published vector, and lists that `cryptography` enciphered."""

import subprocess
import sys

import pytest

from appliance.meter.cipher import Authentication, Counters, Keys, keys_of
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.reading import Maker, Reason
from tests.ciphering import AUTHENTICATION_KEY, KEY, enciphered, enciphered_frame
from tests.corpus import by_code, captures, reported
from tests.frames import KAMSTRUP_EXAMPLE, framed, information

PLAIN = information(KAMSTRUP_EXAMPLE)
BOTH, HALF = keys_of(KEY, AUTHENTICATION_KEY), keys_of(KEY, None)
WRONG = keys_of(KEY.replace("0F", "0E"), AUTHENTICATION_KEY)
WRONG_HALF = keys_of(KEY, AUTHENTICATION_KEY.replace("90", "91"))


def only(decoder: Decoder, frame: bytes) -> Reading | Rejected:
    (result,) = decoder.feed(frame)
    return result


def said(decoder: Decoder, counter: int, **how: int | str | bytes) -> str | None:
    """What becomes of a list with this counter: how it was authenticated, or why it was not read."""
    result = only(decoder, enciphered_frame(PLAIN, counter, **how))
    return result.authentication if isinstance(result, Reading) else result.reason


@pytest.mark.corpus
def test_the_published_vector_is_read_and_verified_with_both_keys():
    (capture,) = captures("kamstrup_encrypted")
    keys = keys_of("00112233445566778899AABBCCDDEEFF", "FFEEDDCC BBAA9988 77665544 33221100")

    reading = only(Decoder(keys), capture.octets)

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.elements, reading.authentication) == (Maker.KAMSTRUP, 65, "verified")
    assert reported(reading) == by_code(capture.frames[0]["expected"], "W", "var", "V", "A", "Wh", "varh", "1")


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("key", "authentication_key", "said"),
    [
        ("00112233445566778899AABBCCDDEEFF", None, "unverified"),
        ("00112233445566778899AABBCCDDEEFE", None, Reason.WRONG_KEY),
        ("FFEEDDCCBBAA99887766554433221100", "00112233445566778899AABBCCDDEEFF", Reason.WRONG_KEY),
        ("00112233445566778899AABBCCDDEEFF", "FFEEDDCCBBAA99887766554433221101", Reason.WRONG_KEY),
        (None, None, Reason.ENCRYPTED),
    ],
    ids=["half", "wrong", "changed about", "wrong half", "none"],
)
def test_the_published_vector_with_other_keys(key, authentication_key, said):
    (capture,) = captures("kamstrup_encrypted")

    result = only(Decoder(keys_of(key, authentication_key)), capture.octets)

    assert (result.authentication if isinstance(result, Reading) else result.reason) == said


@pytest.mark.parametrize(
    ("keys", "security", "outcome"),
    [
        (BOTH, 0x30, Authentication.VERIFIED),
        (BOTH, 0x20, Authentication.UNVERIFIED),
        (BOTH, 0x10, Authentication.VERIFIED),
        (BOTH, 0x31, Authentication.VERIFIED),
        (BOTH, 0x32, Reason.ENCRYPTED),
        (BOTH, 0xB0, Reason.ENCRYPTED),
        (HALF, 0x30, Authentication.UNVERIFIED),
        (HALF, 0x20, Authentication.UNVERIFIED),
        (HALF, 0x10, Authentication.UNVERIFIED),
        (WRONG, 0x30, Reason.WRONG_KEY),
        (WRONG, 0x20, Reason.WRONG_KEY),
        (WRONG, 0x10, Reason.WRONG_KEY),
        (WRONG_HALF, 0x30, Reason.WRONG_KEY),
        (None, 0x30, Reason.ENCRYPTED),
        (None, 0x20, Reason.ENCRYPTED),
        (None, 0x10, Authentication.UNVERIFIED),
    ],
)
def test_each_kind_of_security_with_right_wrong_missing_and_half_keys(keys, security, outcome):
    assert said(Decoder(keys), 7, security=security) == outcome


@pytest.mark.parametrize("length_octets", [1, 2, 3])
def test_a_length_in_any_form_is_taken_and_the_list_is_the_plain_one(length_octets):
    frame = framed(enciphered(PLAIN, 1, length_octets=length_octets))

    reading = only(Decoder(BOTH), frame)

    plain = only(Decoder(), framed(PLAIN))
    assert isinstance(reading, Reading)
    assert {**vars(reading), "length": 0, "authentication": None} == {
        **vars(plain),
        "length": 0,
        "authentication": None,
    }


def test_no_list_is_read_with_any_of_its_bits_turned_under_right_check_sequences():
    ciphered = enciphered(PLAIN, 9)
    for bit in range(8 * 3, 8 * len(ciphered)):
        turned = bytearray(ciphered)
        turned[bit // 8] ^= 1 << bit % 8
        assert isinstance(only(Decoder(BOTH), framed(bytes(turned))), Rejected), bit


def test_a_list_cut_anywhere_is_not_read():
    ciphered = enciphered(PLAIN, 9)
    for end in range(4, len(ciphered)):
        assert isinstance(only(Decoder(HALF), framed(ciphered[:end])), Rejected), end


def test_the_counter_must_grow():
    decoder = Decoder(BOTH)

    assert [said(decoder, counter) for counter in (5, 5, 4, 6, 2**32 - 1, 6)] == [
        "verified", Reason.REPLAYED, Reason.REPLAYED, "verified", "verified", Reason.REPLAYED,
    ]  # fmt: skip


def test_the_counter_must_grow_without_the_authentication_key_too():
    decoder = Decoder(HALF)

    assert [said(decoder, counter) for counter in (5, 5, 4, 6)] == [
        "unverified", Reason.REPLAYED, Reason.REPLAYED, "unverified",
    ]  # fmt: skip


def test_the_counter_outlives_the_decoder_in_the_memory_that_it_is_given():
    memory: dict[str, Counters] = {}
    said(Decoder(BOTH, memory), 5)

    assert said(Decoder(BOTH, dict(memory)), 5) == Reason.REPLAYED
    assert said(Decoder(BOTH, dict(memory)), 6) == "verified"


def test_a_jump_that_does_not_verify_locks_nobody_out():
    decoder = Decoder(BOTH)
    said(decoder, 5)

    assert said(decoder, 2**32 - 1, authentication_key="00" * 16) == Reason.WRONG_KEY
    assert said(decoder, 2**32 - 1, key="00" * 16, security=0x20) == Reason.WRONG_KEY
    assert said(decoder, 2**32 - 1, security=0x20) == "unverified"
    assert said(decoder, 6) == "verified"


def test_a_plain_list_in_a_ciphers_clothes_moves_no_counter():
    decoder = Decoder(HALF)

    assert said(decoder, 2**32 - 1, security=0x10, authentication_key="00" * 16) == "unverified"
    assert said(decoder, 5) == "unverified"


def test_what_was_verified_does_not_come_again_unverified():
    decoder = Decoder(BOTH)
    said(decoder, 5)

    assert said(decoder, 5, security=0x20) == Reason.REPLAYED


def test_another_meter_and_another_key_count_anew():
    memory: dict[str, Counters] = {}
    said(Decoder(BOTH, memory), 1000)

    assert said(Decoder(BOTH, memory), 1, title=b"KAM\x45\x09\x09\x09\x09") == "verified"
    assert said(Decoder(keys_of("11" * 16, AUTHENTICATION_KEY), memory), 1, key="11" * 16) == "verified"
    assert said(Decoder(BOTH, memory), 1) == Reason.REPLAYED


def test_another_key_is_used_from_the_next_list_on():
    decoder = Decoder()
    assert said(decoder, 1) == Reason.ENCRYPTED
    decoder.use_keys(BOTH)
    assert said(decoder, 2) == "verified"
    decoder.use_keys(None)
    assert said(decoder, 3) == Reason.ENCRYPTED


def test_a_verified_list_that_says_nothing_known_is_not_called_a_wrong_key():
    assert only(Decoder(BOTH), framed(enciphered(b"\x0f" + bytes(5) + b"\x01\x01", 1))).reason is Reason.MALFORMED
    unknown = bytes.fromhex("0f40000000 00 0202 0600000001 0600000002")
    assert only(Decoder(BOTH), framed(enciphered(unknown, 2))).reason is Reason.UNKNOWN_LIST


@pytest.mark.parametrize(
    ("key", "authentication_key"),
    [("00" * 15, None), ("0g" * 16, None), ("00" * 16, "11"), (None, "00" * 16), ("", None)],
)
def test_keys_that_are_none_are_refused_without_being_shown(key, authentication_key):
    with pytest.raises(ValueError, match="key") as refused:
        keys_of(key, authentication_key)

    assert "00" not in str(refused.value)


def test_keys_are_not_shown():
    assert repr(Keys(b"secret of sixteen", b"")) == f"{Keys(b'', b'')}" == "Keys(not shown)"


@pytest.mark.parametrize(("keys", "imported"), [("None", False), (f"keys_of({'00' * 16!r}, None)", True)])
def test_the_library_is_in_memory_only_with_a_key(keys, imported):
    frame = enciphered_frame(PLAIN, 1)
    script = (
        "import sys; from appliance.meter.decoder import Decoder; from appliance.meter.cipher import keys_of\n"
        f"assert len(Decoder({keys}).feed(bytes.fromhex({frame.hex()!r}))) == 1\n"
        "print('cryptography' in sys.modules)"
    )

    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert made.stdout == f"{imported}\n"
