"""How long a day takes to be replayed, by the command itself; printed, and no pass mark."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from appliance.line.recording import Recorder
from appliance.meter.reading import Maker
from appliance.simulation.house import House, Net
from appliance.simulation.meter import Meter

START = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)


def test_a_day_of_an_aidon(benchmark, tmp_path: Path):
    with (tmp_path / "day.rec").open("w") as file:
        recorder = Recorder(file)
        sent = Meter(Maker.AIDON, House(Net.IT), START).sent()
        for one in takewhile(lambda one: one.moment < START + timedelta(days=1), sent):
            recorder.write((one.moment - START).total_seconds(), one.octets)
    command = (sys.executable, "-m", "appliance", "replay", "--json", str(tmp_path / "day.rec"))

    def replayed() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    began = time.perf_counter()
    output = benchmark.pedantic(replayed, rounds=1)
    took_s = time.perf_counter() - began
    lines = output.splitlines()
    print(f"\na replayed Aidon day: {took_s:.1f} s, {len(lines)} lines")
    assert json.loads(lines[-1])["summary"]["lists"] == 34_560
