"""Encrypted lists to plain ones, with the keys that the grid company gives to the household.

General-glo-ciphering (DLMS UA Green Book, "Ciphering of APDUs") wraps a data-notification in AES-128-GCM:

    DB · 08 and the system title · length · security octet · frame counter (4) · text · tag (12)

The nonce is the system title and the frame counter; what is authenticated beside the text is the security octet and
the authentication key. Without that key the tag cannot be checked: then a list is read, called unverified, and proves
itself by its shape alone, since a wrong key makes noise of it.

An old frame that is sent again deciphers as well as a new one. So the frame counter must grow, for each system title
by itself: another meter begins anew, and so does another key. Only a frame that was believed moves it, so no counter
that a stranger makes up locks the meter out; and one that could not be verified moves nothing for those that can.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from enum import StrEnum

from appliance.meter.cosem import GENERAL_GLO_CIPHERING, Notification, UnreadableError, plain_notification
from appliance.meter.rejected import Reason

AUTHENTICATED, ENCRYPTED = 0x10, 0x20
"""Bits of the security octet (Green Book, "Security control byte")."""
_COMPRESSED = 0x80
_SUITE = 0x0F
_AES_256 = 2
"""The security suite from which on the keys are longer than ours."""
_TITLE_OCTETS = 8
_TAG_OCTETS = 12
_KEY_OCTETS = 16
_HEAD_OCTETS = 5  # security octet and counter


class Authentication(StrEnum):
    """Whether an encrypted list is known to be the meter's."""

    VERIFIED = "verified"
    """Its tag holds."""
    UNVERIFIED = "unverified"
    """It was read, and nobody checked it: the authentication key is not known, or the frame has no tag."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The meter's keys, of 16 octets each; they are never shown, and so have no `repr` that could be logged."""

    key: bytes
    """The encryption key: GPK60 in Denmark."""
    authentication_key: bytes | None = None
    """GPK61 in Denmark."""

    def __repr__(self) -> str:
        return "Keys(not shown)"


def keys_of(key: str | None, authentication_key: str | None) -> Keys | None:
    """Return keys from hex digits as people write them; `None` without the first. Raises ValueError, without them."""
    if key is None:
        if authentication_key is not None:
            raise ValueError("an authentication key is of no use without the encryption key")
        return None
    return Keys(_octets(key), None if authentication_key is None else _octets(authentication_key))


def _octets(digits: str) -> bytes:
    """Return a key's octets; blanks between its digits mean nothing."""
    try:
        octets = bytes.fromhex("".join(digits.split()))
    except ValueError:
        octets = b""
    if len(octets) != _KEY_OCTETS:
        raise ValueError(f"a key has {2 * _KEY_OCTETS} hex digits")
    return octets


@dataclass(frozen=True, slots=True)
class Counters:
    """The frame counters that a meter has used up, -1 before the first; what is to come must lie above."""

    verified: int = -1
    unverified: int = -1


Memory = MutableMapping[str, Counters]
"""By `sender_of`."""


@dataclass(frozen=True, slots=True)
class Ciphered:
    """An encrypted APDU, taken apart."""

    title: bytes
    """The meter's system title, eight octets."""
    security: int
    counter: int
    text: bytes
    tag: bytes
    """Empty without authentication."""


def ciphered(apdu: bytes) -> Ciphered:
    """Return an APDU that begins with the tag DB, taken apart. Raises UnreadableError when that cannot be."""
    try:
        if apdu[0] != GENERAL_GLO_CIPHERING or apdu[1] != _TITLE_OCTETS:
            raise UnreadableError(Reason.ENCRYPTED)
        place = 2 + _TITLE_OCTETS
        length, place = _length(apdu, place)
        end = place + length
        security = apdu[place]
        tag_octets = _TAG_OCTETS if security & AUTHENTICATED else 0
        if end != len(apdu) or length < _HEAD_OCTETS + tag_octets:
            raise UnreadableError(Reason.ENCRYPTED)
    except IndexError:
        raise UnreadableError(Reason.ENCRYPTED) from None
    return Ciphered(
        title=apdu[2 : 2 + _TITLE_OCTETS],
        security=security,
        counter=int.from_bytes(apdu[place + 1 : place + _HEAD_OCTETS]),
        text=apdu[place + _HEAD_OCTETS : end - tag_octets],
        tag=apdu[end - tag_octets : end],
    )


def _length(octets: bytes, place: int) -> tuple[int, int]:
    """Return a length in BER (below 128 one octet, else 8n and n octets), and the place after it."""
    first = octets[place]
    if first < 0x80:
        return first, place + 1
    end = place + 1 + (first & 0x7F)
    octets[end - 1]
    return int.from_bytes(octets[place + 1 : end]), end


class Cipher:
    """Deciphers a meter's lists, and counts them."""

    def __init__(self, keys: Keys | None, memory: Memory) -> None:
        """Read with `keys`, if there are any; `memory` is read, and written for each list that is believed."""
        self._keys = keys
        self._memory = memory

    def open(self, apdu: bytes) -> tuple[Notification, Authentication]:
        """Return the notification in an APDU, and whether it is known to be the meter's.

        Raises UnreadableError: no key, a wrong one, an old frame, or a true one whose data are malformed.
        """
        one, keys = ciphered(apdu), self._keys
        encrypted = bool(one.security & ENCRYPTED)
        if one.security & _COMPRESSED or one.security & _SUITE >= _AES_256 or (encrypted and keys is None):
            raise UnreadableError(Reason.ENCRYPTED)
        if keys is not None and keys.authentication_key is not None and one.tag:
            plain = _verified(one, keys.key, keys.authentication_key)
            self._count(one, keys, Authentication.VERIFIED)
            try:
                return plain_notification(plain), Authentication.VERIFIED
            except ValueError:
                raise UnreadableError(Reason.MALFORMED) from None
        try:
            notification = plain_notification(_unverified(one, keys.key) if keys and encrypted else one.text)
        except (ValueError, UnreadableError):
            raise UnreadableError(Reason.WRONG_KEY if encrypted else Reason.MALFORMED) from None
        if keys and encrypted:  # else anybody could have written it, with any counter
            self._count(one, keys, Authentication.UNVERIFIED)
        return notification, Authentication.UNVERIFIED

    def _count(self, one: Ciphered, keys: Keys, authentication: Authentication) -> None:
        """Count a list that is believed. Raises UnreadableError for one whose counter has not grown."""
        sender = sender_of(one.title, keys)
        counters = self._memory.get(sender, Counters())
        # What could not be verified must not come again as what could be; the other way round it does no harm.
        if authentication is Authentication.VERIFIED:
            used, counters = counters.verified, replace(counters, verified=one.counter)
        else:
            used, counters = max(counters.verified, counters.unverified), replace(counters, unverified=one.counter)
        if one.counter <= used:
            raise UnreadableError(Reason.REPLAYED)
        self._memory[sender] = counters


def sender_of(title: bytes, keys: Keys) -> str:
    """Return under which name a meter's counters are remembered: its title, and four octets that tell its key.

    A meter that gets a new key counts from the beginning again.
    """
    from hashlib import sha256  # only with a key: with OpenSSL's it costs 0.6 MB

    return f"{title.hex()}.{sha256(title + keys.key).hexdigest()[:8]}"


def _nonce(one: Ciphered) -> bytes:
    return one.title + one.counter.to_bytes(4)


def _verified(one: Ciphered, key: bytes, authentication_key: bytes) -> bytes:
    """Return the text of an APDU whose tag holds. Raises UnreadableError when it does not."""
    from cryptography.exceptions import InvalidTag  # only with a key: it costs 8 MB
    from cryptography.hazmat.primitives.ciphers import Cipher as Ciphering
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import GCM

    opening = Ciphering(AES(key), GCM(_nonce(one), one.tag, min_tag_length=_TAG_OCTETS)).decryptor()
    opening.authenticate_additional_data(bytes((one.security,)) + authentication_key)
    encrypted = one.security & ENCRYPTED
    try:
        if encrypted:
            return opening.update(one.text) + opening.finalize()
        opening.authenticate_additional_data(one.text)
        opening.finalize()
        return one.text
    except InvalidTag:
        raise UnreadableError(Reason.WRONG_KEY) from None


def _unverified(one: Ciphered, key: bytes) -> bytes:
    """Return the text of an APDU without looking at its tag: GCM is CTR that counts from 2 (NIST SP 800-38D, 7.1)."""
    from cryptography.hazmat.primitives.ciphers import Cipher as Ciphering
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CTR

    return Ciphering(AES(key), CTR(_nonce(one) + (2).to_bytes(4))).decryptor().update(one.text)
