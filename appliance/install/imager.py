"""What Raspberry Pi Imager wrote beside the settings, taken into `[network]`, and its secrets removed.

Who answers yes to "apply settings" gets one of two things on the card's boot partition, by the version and by what the
image is listed as: `firstrun.sh`, a script that Raspberry Pi OS runs once because words were added to cmdline.txt; or
cloud-init's `user-data` and `network-config`. Neither is run here. Host name, Wi-Fi and ssh key are read out of the
lines that Imager writes (its own source, OptionsPopup.qml, applySettings; and the program imager_custom, which newer
scripts call), whatever else is in there. Users, passwords and keyboards mean nothing on this image, and the time zone
is the meter's.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from appliance.settings import settings_file
from appliance.settings.settings_file import SettingsError
from appliance.system.atomic_file import read_small_file, replace_file

FILES = ("firstrun.sh", "user-data", "network-config")
LEFT_BESIDE = ("meta-data",)
"""Cloud-init's, without anything in it."""
SETTINGS, WORDS = "appliance.toml", "cmdline.txt"
RUN_ONCE = re.compile(r"\s*systemd\.(run|run_success_action|run_failure_action|unit)=\S*|\s*ds=nocloud\S*")
"""What Imager adds to the kernel's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for, as the keys of `[network]`; `None` was not."""

    hostname: str | None = None
    name: str | None = None
    passphrase: str | None = None
    country: str | None = None
    ssh_key: str | None = None

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield what was asked for."""
        for one in fields(self):
            if (value := getattr(self, one.name)) is not None:
                yield one.name, value


def wishes(texts: Mapping[str, str]) -> Wishes:
    """Return what these files, by their names, ask for."""
    script, cloud = texts.get("firstrun.sh", ""), texts.get("user-data", "") + "\n" + texts.get("network-config", "")
    found = _of_script(script) | _of_cloud(cloud)
    if regulated := re.search(r"cfg80211\.ieee80211_regdom=(\w\w)\b", texts.get(WORDS, "")):
        found.setdefault("country", regulated[1])
    if "name" not in found:
        found.pop("country", None)
    if "hostname" in found:
        found["hostname"] = found["hostname"].lower()
    if "country" in found:
        found["country"] = found["country"].upper()
    return Wishes(**found)


def _of_script(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        words = _words(line)
        match words:
            case [_, "set_hostname", name] | ["echo", name, ">/etc/hostname"]:
                found["hostname"] = name
            case [_, "enable_ssh", "-k", keys, *_]:
                found["ssh_key"] = _first_line(keys)
            case [_, "set_wlan", *rest] if len(plain := [word for word in rest if word not in ("-h", "-p")]) >= 2:
                found |= dict(zip(("name", "passphrase", "country"), plain, strict=False))
        if keys_printed := re.search(r'<\(printf "([^"]+)"\)', line):
            found["ssh_key"] = _first_line(keys_printed[1].replace("\\n", "\n"))
    for key, pattern in (
        ("country", r"^country=(\w\w)\s*$"),
        ("name", r'^\s*ssid="(.*)"\s*$'),
        ("passphrase", r'^\s*psk="?([^"\n]*)"?\s*$'),
    ):
        if asked := re.search(pattern, text, re.M):
            found[key] = asked[1]
    return found


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return []


def _of_cloud(text: str) -> dict[str, str]:
    """Read the few lines that matter out of what is YAML: Imager writes each on a line of its own."""
    patterns = {
        "hostname": r"^hostname:\s*(.+)$",
        "ssh_key": r"^\s*ssh_authorized_keys:\s*\n\s*-\s*(.+)$",
        "name": r"^\s*access-points:\s*\n\s*(.+):\s*$",
        "passphrase": r"^\s*password:\s*(.+)$",
        "country": r"^\s*regulatory-domain:\s*(.+)$|REGDOMAIN=(\w\w)",
    }
    found = ((key, re.search(pattern, text, re.M)) for key, pattern in patterns.items())
    return {key: _unquoted(next(filter(None, match.groups()))) for key, match in found if match is not None}


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def with_wishes(text: str, asked: Wishes) -> tuple[str, list[str]]:
    """Return the settings with these wishes in `[network]`, and the keys that could not be taken.

    An ssh key counts for nothing without a network: where there is no Wi-Fi with it, it is the cable's. What would make
    a mistake of the settings is left out.
    """
    wanted = dict(asked.items())
    if "ssh_key" in wanted and "name" not in wanted:
        wanted["wired"] = "true"
    refused: list[str] = []
    for keys in (("hostname",), ("name", "passphrase", "country"), ("wired", "ssh_key")):
        tried = text
        for key in keys:
            if key in wanted:
                tried = _with_key(tried, key, wanted[key] if key == "wired" else _quoted(wanted[key]))
        if _is_sound(tried):
            text = tried
        else:
            refused += [key for key in keys if key in wanted and key != "wired"]
    return text, refused


def _is_sound(text: str) -> bool:
    try:
        settings_file.parse(text, SETTINGS)
    except SettingsError:
        return False
    return True


def _with_key(text: str, key: str, value: str) -> str:
    """Put a key into `[network]`, in its own line's place where there is one, also where that is commented out."""
    before, header, after = (
        re.split(r"^(\[network\][^\n]*\n)", text, maxsplit=1, flags=re.M)
        if (re.search(r"^\[network\]", text, re.M))
        else (text.rstrip("\n") + "\n\n", "[network]\n", "")
    )
    table, rest = re.split(r"^(?=\[)", after, maxsplit=1, flags=re.M) if re.search(r"^\[", after, re.M) else (after, "")
    line, places = f"{key} = {value}\n", (rf"^{key}\s*=.*\n", rf"^#\s*{key}\s*=.*\n")
    for place in places:
        if re.search(place, table, re.M):
            return before + header + re.sub(place, lambda _: line, table, count=1, flags=re.M) + rest
    return before + header + line + table + rest


def _quoted(text: str) -> str:
    """Return a TOML basic string (TOML 1.0, "String")."""
    return '"' + "".join(f"\\{one}" if one in '"\\' else one for one in text if one.isprintable()) + '"'


def take(folder: Path) -> tuple[Wishes, list[str]]:
    """Take what lies in a boot partition's folder into its settings, and remove it. Raise OSError.

    Return what was asked for, and the keys that could not be taken. The settings are whole before the first file goes:
    after a power cut it is done again. Beside settings with a mistake the files stay, until that is mended.
    """
    there = [name for name in (*FILES, *LEFT_BESIDE) if (folder / name).exists()]
    texts = {name: _text(folder / name) for name in (*there, WORDS) if (folder / name).exists()}
    asked = wishes(texts)
    _clean_words(folder / WORDS)
    settings = folder / SETTINGS
    refused: list[str] = []
    if any(asked.items()):
        before = _text(settings).removeprefix("\ufeff") if settings.exists() else ""
        if not _is_sound(before):
            return asked, [key for key, _ in asked.items()]
        text, refused = with_wishes(before, asked)
        replace_file(settings, text.replace("\n", "\r\n").encode())
    for name in there:
        (folder / name).unlink()
    return asked, refused


def _clean_words(words: Path) -> None:
    """Take out of the kernel's words what has a script run in place of the system."""
    if words.exists():
        line = read_small_file(words).decode("ascii", errors="ignore")
        if (cleaned := RUN_ONCE.sub("", line)) != line:
            replace_file(words, cleaned.encode())


def _text(path: Path) -> str:
    return read_small_file(path).decode("utf-8", errors="replace").replace("\r\n", "\n")
