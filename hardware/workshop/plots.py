"""The simulated receiver as pictures: the eye, a frame's first octets, and the two traps."""

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hardware.workshop import netlist, serial, simulation, spice
from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import keep_picture
from hardware.workshop.serial import BIT_S, HIGH_V, LOW_V
from hardware.workshop.spice import Conditions

OUT = FOLDER / "simulation"
BLUE, ORANGE, GREY, RED = "#1f5a9c", "#d9772b", "#777777", "#c0342b"
LABEL = "simulated, not yet measured"

mpl.rcParams.update({"font.family": "DejaVu Sans", "font.size": 11, "axes.spines.top": False, "axes.grid": False})
mpl.rcParams.update({"axes.spines.right": False, "axes.titlesize": 12, "axes.titlelocation": "left"})


def make_plots() -> None:
    """Write all pictures of the simulation."""
    eye(OUT / "eye.png")
    waveform(OUT / "waveform.png")
    traps(OUT / "traps.png")


def eye(path: Path) -> None:
    """Draw each bit of the stress octets over the others, for the standard line and the worst receivers by chance."""
    figure = Figure(figsize=(11, 5.2), dpi=110, layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    typical = [(Conditions(), True)]
    by_chance = list(simulation.by_chance(25))
    _eye(panels[0], simulation.STRESS, typical, "24 / 12 V, typical parts, 25 °C")
    _eye(panels[1], simulation.STRESS, by_chance, "25 receivers by chance: lines, parts, −20 to 60 °C")
    panels[0].set_ylabel("GPIO15, V")
    panels[0].legend(loc="upper right", frameon=False)
    panels[0].set_ylim(-0.15, 4.0)
    figure.suptitle(f"Eye at 2400 baud ({LABEL})", x=0.01, ha="left")
    _save(figure, path)


def _eye(axes: Axes, octets: bytes, cases: list[tuple[Conditions, bool]], title: str) -> None:
    for conditions, parity in cases:
        levels = serial.changes(octets, parity=parity, lead_s=0.005, tail_s=14 * BIT_S)
        pin = spice.simulate(netlist.committed(), levels, conditions).pin
        bits = round((levels[-1][0] - 0.005) / BIT_S) - 14
        for bit in range(bits):
            start = 0.005 + (bit - 0.5) * BIT_S
            steps = [start + step * BIT_S / 60 for step in range(121)]
            microseconds = [1e6 * (time - 0.005 - bit * BIT_S) for time in steps]
            axes.plot(microseconds, [pin.at(time) for time in steps], color=BLUE, alpha=0.06, linewidth=1)
    _thresholds(axes)
    axes.axvline(1e6 * BIT_S / 2, color=GREY, linewidth=1, linestyle=":")
    axes.annotate("sampled here", (1e6 * BIT_S / 2 + 12, 2.35), color=GREY)
    axes.set_title(title)
    axes.set_xlabel("µs from the bit's beginning on the line")
    axes.set_xticks(range(-100, 600, 100))
    axes.set_xlim(-1e6 * BIT_S / 2, 1.5e6 * BIT_S)


def _thresholds(axes: Axes) -> None:
    axes.axhspan(LOW_V, HIGH_V, color=ORANGE, alpha=0.15, linewidth=0, label="neither high nor low")
    axes.set_ylim(-0.15, 3.6)


def waveform(path: Path) -> None:
    """Draw the pair and GPIO15 for the first octets of a frame."""
    octets = bytes.fromhex("7ea0d241")  # Aidon HAN Interface Description v1.1A, 3.3.1
    levels = serial.changes(octets, parity=True, lead_s=0.005, tail_s=0.003)
    run = spice.simulate(netlist.committed(), levels, Conditions())
    figure = Figure(figsize=(11, 5.2), dpi=110, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    milliseconds = [1000 * (time - 0.005) for time in run.pin.times]
    above.plot(milliseconds, run.line.volts, color=RED, linewidth=1.4)
    above.set(ylabel="HAN pair, V", ylim=(0, 30), title="On the pair: mark 24 V, space 12 V; 2400 baud, 8E1")
    below.plot(milliseconds, run.pin.volts, color=BLUE, linewidth=1.4)
    _thresholds(below)
    below.set(ylabel="GPIO15, V", xlabel="ms", title="At GPIO15, and what is read", xlim=(-1, milliseconds[-1]))
    below.set_ylim(-0.15, 4.8)
    below.legend(loc="upper right", frameon=False)
    for place, octet in enumerate(serial.receive(run.pin, parity=True).octets):
        middle = 1000 * BIT_S * (place * 11 + 5.5)
        below.annotate(f"{octet:02X}", (middle, 3.75), ha="center", family="DejaVu Sans Mono", fontsize=13)
    figure.suptitle(f"The first octets of a frame ({LABEL})", x=0.01, ha="left")
    _save(figure, path)


def traps(path: Path) -> None:
    """Draw what a capacitor does across the pair, and what one after a resistor does when it is plugged in."""
    figure = Figure(figsize=(11, 5.2), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2)
    octets = b"\x55\x00"
    for farads, colour in ((0.0, BLUE), (10e-9, ORANGE), (47e-9, RED)):
        levels = serial.changes(octets, parity=False, lead_s=0.005, tail_s=0.003)
        run = spice.simulate(netlist.committed(), levels, Conditions(across_pair_f=farads))
        milliseconds = [1000 * (time - 0.005) for time in run.pin.times]
        name = f"{farads * 1e9:g} nF" if farads else "none"
        left.plot(milliseconds, run.pin.volts, color=colour, linewidth=1.4, label=name)
    _thresholds(left)
    left.set(
        xlim=(-0.3, 4.6),
        xlabel="ms",
        ylabel="GPIO15, V",
        title="A capacitor across the pair: at 47 nF low comes too late",
    )
    left.legend(loc="upper right", ncols=2, frameon=False)
    left.set_ylim(-0.15, 4.6)
    for ohms, colour in ((430.0, RED), (820.0, BLUE)):
        times, current = simulation.inrush_current(ohms, 1e-6)
        right.plot(
            [1e6 * time for time in times],
            [1000 * value for value in current],
            color=colour,
            linewidth=1.4,
            label=f"1 µF behind {ohms:g} Ω",
        )
    right.axhline(1000 * simulation.TRIP_A, color=GREY, linewidth=1, linestyle="--")
    right.annotate("30 mA: off after 50 µs (Aidon)", (990, 31), ha="right", color=GREY)
    right.set(xlim=(0, 1000), ylim=(0, 62), xlabel="µs after plugging in", ylabel="from the port, mA")
    right.set_title("Inrush into a capacitor")
    right.legend(loc="upper right", frameon=False)
    figure.suptitle(f"The two traps ({LABEL})", x=0.01, ha="left")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    made = io.BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    keep_picture(path, made.getvalue())
