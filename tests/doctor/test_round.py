"""The doctor's whole round, as a process of its own, on real terminals with a meter, with and without an appliance."""

import json
import os
import subprocess
import sys
import time
import tty
from pathlib import Path

import pytest

from appliance.doctor import health, prices
from appliance.doctor.doctor import CHECKS, find_target, language
from appliance.doctor.finding import NAMES, Finding, Grade, as_text, exit_code, summary
from appliance.doctor.listening import VERDICTS, LineSample, judge
from appliance.simulation.meter import Line
from appliance.system.health import LineCondition
from appliance.words.words import WORDS
from tests.started import MOCK_PINS, Started, settings_file


def doctor(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "appliance", "doctor", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def found(out: str) -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in json.loads(out)["findings"]}


def test_the_doctor_listens_and_says_who_speaks(line: Line, tmp_path: Path):
    code, out, err = doctor("--json", "--seconds", "12", "--config", settings_file(tmp_path, line.port))

    heard = found(out)["line"]
    assert heard["grade"] == "fine"
    assert "0 rejected in 12 s (kaifa MA304H4, 2400 8N1)" in heard["says"]
    assert err == ""
    assert code == json.loads(out)["exit_code"]


def test_beside_a_running_appliance_it_asks_that_one_and_takes_no_octet(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: (tmp_path / "control.sock").exists())
        time.sleep(3)
        _, out, _ = doctor("--json", "--seconds", "6", "--config", settings)
        told = subprocess.run(
            [sys.executable, "-m", "appliance", "status", "--json", "--config", settings],
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
        run.end()

    heard = found(out)
    assert f"as process {run.process.pid}; the display cannot be reached" in heard["appliance"]["says"]
    assert "the running appliance reads it" in heard["port"]["says"]
    assert f"process {run.process.pid}" not in heard["port holder"]["says"]  # but the test's own simulator is named
    assert heard["line"]["grade"] == "fine"
    assert json.loads(told)["situation"]["line"]["rejected"] == 0
    assert not any("lost" in sentence for sentence in run.said)


def test_a_port_that_nobody_speaks_on_is_silent_and_the_letter_is_named(tmp_path: Path):
    master, slave = os.openpty()
    tty.setraw(slave)
    code, out, _ = doctor("--seconds", "13", "--config", settings_file(tmp_path, os.ttyname(slave)))
    os.close(master)
    os.close(slave)

    assert code == 2
    assert "✗ linje       ingen data: 0 byte, 0 lister, 0 avvist på 13 s" in out
    assert "han-appliance doctor --letter" in out


def test_a_port_that_is_not_there_is_not_waited_for(tmp_path: Path):
    began = time.monotonic()
    code, out, _ = doctor("--seconds", "50", "--config", settings_file(tmp_path, "/dev/no-such-port"))

    assert code == 2
    assert "there is no such port" in out
    assert time.monotonic() - began < 45


def test_a_mistake_in_the_settings_stops_no_check(tmp_path: Path):
    (tmp_path / "appliance.toml").write_text("[line]\nbaud = 1\n")
    code, out, err = doctor("--seconds", "1", "--config", str(tmp_path / "appliance.toml"))

    assert (code, err) == (2, "")
    assert "linje 2: line.baud = 1: det må være en av" in out
    assert "✗ linje" in out


@pytest.mark.parametrize(
    ("heard", "condition"),
    [
        (LineSample(seconds=30, refused="no such port"), LineCondition.NO_PORT),
        (LineSample(seconds=30), LineCondition.SILENT),
        (LineSample(seconds=30, octets=500), LineCondition.NOISE),
        (LineSample(seconds=30, octets=500, rejected=9), LineCondition.NOISE),
        (LineSample(seconds=30, octets=3000, readings=12), LineCondition.FINE),
        (LineSample(seconds=30, octets=3000, readings=12, rejected=1), LineCondition.FINE),
        (LineSample(seconds=30, octets=3000, readings=10, rejected=2), LineCondition.DAMAGED),
        (LineSample(seconds=30, octets=3000, readings=12, condition=LineCondition.MISSING), LineCondition.MISSING),
    ],
)
def test_what_is_heard_is_judged(heard: LineSample, condition: LineCondition):
    finding = judge(heard)

    assert finding.grade is VERDICTS[condition][0]
    assert finding.says.startswith(VERDICTS[condition][1])


def test_every_condition_of_the_line_has_a_verdict_and_every_bad_one_an_advice():
    assert set(VERDICTS) == set(LineCondition)
    assert [advice for grade, _, advice in VERDICTS.values() if bool(advice) is (grade is Grade.FINE)] == []


def test_silence_shorter_than_a_kamstrup_s_is_no_fault():
    finding = judge(LineSample(seconds=5))

    assert finding.grade is Grade.WARNING
    assert "--seconds 30" in finding.advice


def test_the_exit_code_is_that_of_the_worst():
    fine, unknown, warning, fault = (Finding("x", grade, "y") for grade in Grade)

    assert [exit_code(all_of) for all_of in ([], [fine, unknown], [fine, warning], [fault, warning])] == [0, 0, 1, 2]
    assert summary([fine, warning, fault, fault], WORDS["en"]) == "2 faults, 1 warning"
    assert summary([fine, unknown], WORDS["en"]) == "nothing wrong was found"


def test_a_finding_is_a_line_and_what_to_do_another():
    assert (
        as_text(Finding("port", Grade.FAULT, "gone", "look"), WORDS["en"]) == "✗ port        gone\n              → look"
    )


def test_the_letter_is_in_the_settings_language_and_takes_the_meter_from_the_appliance(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    text = Path(settings).read_text()
    Path(settings).write_text(f'language = "sv"\n{text}')
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: "6970630000000001" in doctor("--letter", "--config", settings)[1])
        code, out, err = doctor("--letter", "--config", settings)
        run.end()

    assert (code, err) == (0, "")
    assert "\nTill elnätsföretaget\n" in out


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ('language = "en"', "it must be one of"),
        ('language = "nn"', "det må vere ein av 2400, 9600, 115200, 'auto'"),
        ("language = “sv”", "skriv raka citattecken"),
        ("language = sv", 'skriv det i raka citattecken: "sv"'),
        ("", "det må være en av"),
    ],
)
def test_a_mistake_is_told_in_the_language_that_the_file_names_legibly(first: str, told: str, tmp_path: Path):
    file = tmp_path / "appliance.toml"
    file.write_text(f"{first}\n[line]\nbaud = 1\n", encoding="utf-8")
    target, _ = find_target(file, trusting=False)
    found = as_text(health.settings(target), WORDS[language(target)])

    assert told in found


@pytest.mark.parametrize("named", WORDS)
def test_the_checks_names_fit_their_column(named: str):
    assert {name: told for name in NAMES if len(told := WORDS[named].tell(NAMES[name])) > 11} == {}
    assert NAMES.keys() == {*CHECKS, prices.NAME, "line"}
