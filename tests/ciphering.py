"""Lists enciphered by `cryptography`'s own whole construction, of which the program uses only the parts."""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from appliance.meter.cosem import LLC_HEADER
from tests.frames import framed

KEY = "0F1E2D3C 4B5A6978 8796A5B4 C3D2E1F0"
AUTHENTICATION_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TITLE = bytes.fromhex("4b414d4501020304")


def enciphered(
    information: bytes,
    counter: int,
    *,
    security: int = 0x30,
    title: bytes = TITLE,
    key: str = KEY,
    authentication_key: str = AUTHENTICATION_KEY,
    length_octets: int = 0,
) -> bytes:
    """An information field, LLC and all, as general-glo-ciphering wraps it (Green Book, "Ciphering of APDUs").

    `length_octets`: of the length in its long form; 0 is the shortest.
    """
    plain = information.removeprefix(LLC_HEADER)
    gcm, nonce = AESGCM(bytes.fromhex(key)), title + counter.to_bytes(4)
    seen = bytes((security,)) + bytes.fromhex(authentication_key)
    match security & 0x30:
        case 0x30:
            sealed = gcm.encrypt(nonce, plain, seen)
            text = sealed[: len(plain)] + sealed[len(plain) :][:12]
        case 0x20:
            text = gcm.encrypt(nonce, plain, None)[: len(plain)]
        case _:
            text = plain + gcm.encrypt(nonce, b"", seen + plain)[:12]
    length = 5 + len(text)
    if not length_octets and length >= 0x80:
        length_octets = 1 if length < 0x100 else 2
    size = bytes((0x80 | length_octets,)) + length.to_bytes(length_octets) if length_octets else bytes((length,))
    return LLC_HEADER + b"\xdb" + bytes((len(title),)) + title + size + bytes((security,)) + counter.to_bytes(4) + text


def enciphered_frame(information: bytes, counter: int, **how: int | str | bytes) -> bytes:
    """The same as a Kamstrup's frame."""
    return framed(enciphered(information, counter, **how), b"\x2b\x21\x13")  # type: ignore[arg-type] # as above
