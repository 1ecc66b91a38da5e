"""A real Home Assistant takes what a replay would send: each hour's energy in its hour, and not a warning.

The lab (`../shared/lab/home-assistant`) runs Home Assistant Core with its own recorder and statistics and a real
broker. The contrast is what readers in the field send: the meter's hourly register, ten seconds after the hour. It is
made here.
"""

import json
import os
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from appliance.commands.main import main
from appliance.meter.reading import Maker
from tests import corpus
from tests.links.six_hours import LEAD, START, TRUE_KW, record
from tests.share import some

LAB = corpus.FOLDER.parent / "lab" / "home-assistant" / "run"
CONTRAST = {
    "dev": {"ids": ["contrast"], "name": "Contrast"},
    "o": {"name": "test"},
    "cmps": {
        "register": {
            "p": "sensor",
            "uniq_id": "contrast_register",
            "def_ent_id": "sensor.contrast_register",
            "name": "Hourly register",
            "dev_cla": "energy",
            "stat_cla": "total_increasing",
            "unit_of_meas": "Wh",
            "stat_t": "contrast/register",
        }
    },
}


@pytest.fixture
def settings(tmp_path: Path) -> str:
    path = tmp_path / "appliance.toml"
    path.write_text('[mqtt]\nhost = "localhost"\ncommands = true\n')
    return str(path)


def replayed(tmp_path: Path, settings: str, maker: Maker) -> list[dict[str, Any]]:
    recording, messages = record(tmp_path / "six.rec", maker), tmp_path / "messages.jsonl"
    assert main(["replay", "--config", settings, "--messages", str(messages), str(recording)]) == 0
    return [json.loads(line) for line in messages.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("maker", some([Maker.KAMSTRUP, Maker.AIDON, Maker.KAIFA], 3))
def test_the_register_has_each_hours_energy_in_its_hour(tmp_path, settings, maker, capsys):
    """By arithmetic alone: what the last message before each full hour has more than the one before."""
    ends: dict[int, float] = {}
    for message in replayed(tmp_path, settings, maker):
        if message["topic"].endswith("/energy") and (wh := json.loads(message["payload"])["import_wh"]) is not None:
            ends[int((datetime.fromisoformat(message["time"]) - START).total_seconds() // 3600)] = wh
            first = ends.setdefault(-1, wh)
    by_hour = [after - before for before, after in pairwise([first, *(ends[hour] for hour in range(len(TRUE_KW)))])]

    for true_kw, wh in zip(TRUE_KW, by_hour, strict=True):
        assert wh == pytest.approx(1000 * true_kw, rel=0.03, abs=0), by_hour
        assert abs(wh - 1000 * true_kw) <= 20, by_hour


def test_a_replay_needs_no_mqtt_library(tmp_path, settings):
    recording = record(tmp_path / "six.rec", Maker.AIDON, until=START)
    script = (
        "import sys; from appliance.commands.main import main; "
        f"main(['replay', '--config', {settings!r}, '--messages', {str(tmp_path / 'm')!r}, {str(recording)!r}]); "
        "sys.exit(any(name.startswith(('aiomqtt', 'paho')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m").stat().st_size > 10_000


@pytest.mark.skipif(not LAB.exists(), reason="the lab with a real Home Assistant is not there")
@pytest.mark.skipif("HAN_LONG" not in os.environ, reason="Home Assistant takes minutes to start: with HAN_LONG")
def test_home_assistant_has_each_hours_energy_in_its_hour(tmp_path, settings, capsys):
    messages = replayed(tmp_path, settings, Maker.AIDON)
    begin = START - LEAD
    contrast = [
        {"t": 0, "time": begin.isoformat(), "topic": "homeassistant/device/contrast/config", "payload": CONTRAST}
    ]
    for hour in range(len(TRUE_KW)):
        at = START.timestamp() + 3600 * hour + 10
        contrast.append(
            {
                "t": 120 + 3600 * hour + 10,
                "time": datetime.fromtimestamp(at, START.tzinfo).isoformat(),
                "topic": "contrast/register",
                "payload": str(round(1000 * sum(TRUE_KW[:hour]))),
            }
        )
    merged = sorted([*messages, *(one | {"retain": True} for one in contrast)], key=lambda one: one["t"])
    path = tmp_path / "merged.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in merged), encoding="utf-8")
    done = subprocess.run([LAB, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert not seen["warnings"]
    assert not seen["missing"]
    by_hour = {one["entity_id"]: {hour["start"]: hour["kwh"] for hour in one["hours"]} for one in seen["statistics"]}
    starts = [datetime.fromtimestamp(START.timestamp() + 3600 * hour, START.tzinfo) for hour in range(len(TRUE_KW))]
    live = [by_hour["sensor.han_energy_import"][start.isoformat()] for start in starts]
    late = [by_hour["sensor.contrast_register"].get(start.isoformat()) for start in starts]
    with capsys.disabled():
        print(f"\ntrue {TRUE_KW}\nlive {live}\nthe hourly register {late}")
    assert live == pytest.approx(list(TRUE_KW), rel=0.03, abs=0.0)
    assert max(abs(kwh - true) for kwh, true in zip(live, TRUE_KW, strict=True)) <= 0.02
    assert late[3] == 6.0  # the contrast: the costly hour is booked in the one after it
