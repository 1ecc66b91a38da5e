"""Each kind of mistake in board.toml, the circuit, the drawing or the harness is named in a sentence."""

from dataclasses import replace

import pytest

from hardware.workshop import harness, netlist, rules, stripboard
from hardware.workshop.circuit import leads, nets, parts

DRAWN = netlist.committed()


def joined(**moved):
    """The circuit's nets with pins moved: joined(R10_1="GND") puts pin 1 of R10 on GND."""
    of = parts()
    for place, net in moved.items():
        ref, pin = place.split("_")
        of[ref] = replace(of[ref], pins={**of[ref].pins, pin: net})
    return nets(of)


def drawn_with(**moved):
    return netlist.Netlist(DRAWN.values, joined(**moved))


def board_with(name, **changes):
    return [replace(lead, **changes) if lead.name == name else lead for lead in leads()]


def test_what_is_committed_keeps_every_rule():
    of, board = parts(), leads()

    assert list(rules.pin_rules(board)) == []
    assert list(rules.drawing_rules(of, DRAWN)) == []
    assert list(rules.isolation_rules(of, DRAWN.nets)) == []
    assert list(rules.current_rules(board, of, DRAWN.nets)) == []
    assert list(rules.bom_rules(of)) == []
    assert list(harness.rules(harness.document(), board)) == []


def test_two_signals_on_one_pin_are_named():
    assert list(rules.pin_rules(board_with("led_red", pin=13, gpio=27))) == [
        "led_yellow and led_red are both on pin 13 of the header: give each its own"
    ]


def test_a_supply_on_a_signals_pin_is_named():
    found = list(rules.pin_rules(board_with("lamps_gnd", pin=12)))

    assert "buzzer and lamps_gnd are both on pin 12 of the header: give each its own" in found
    assert "lamps_gnd says GND on pin 12 of the header, but GPIO18 is there" in found


def test_3v3_that_stands_on_5_v_is_named():
    assert list(rules.pin_rules(board_with("receiver_3v3", pin=4))) == [
        "receiver_3v3 says 3V3 on pin 4 of the header, but 5V is there"
    ]


def test_swapped_pins_are_named():
    board = [
        replace(lead, pin={"led_green": 13, "led_yellow": 11}[lead.name])
        if lead.name in ("led_green", "led_yellow")
        else lead
        for lead in leads()
    ]

    assert list(rules.pin_rules(board)) == [
        "led_green says GPIO17 on pin 13 of the header, but GPIO27 is there",
        "led_yellow says GPIO27 on pin 11 of the header, but GPIO17 is there",
    ]


def test_an_output_that_is_high_at_reset_is_named():
    assert list(rules.pin_rules(board_with("led_red", gpio=7, pin=26, pull="up"))) == [
        "led_red is an output on GPIO7, which is high at reset: it would be lit before boot"
    ]


def test_a_lead_without_colour_and_a_colour_without_lead_are_named():
    assert list(rules.pin_rules(board_with("buzzer", colour=None))) == [
        "buzzer needs a colour if and only if a lead ends on its pin"
    ]
    assert list(rules.pin_rules(board_with("han_txd", colour="red"))) == [
        "han_txd needs a colour if and only if a lead ends on its pin"
    ]


def test_signals_swapped_in_the_drawing_are_named():
    found = list(rules.drawing_rules(parts(), drawn_with(J2_11="led_yellow", J2_13="led_green")))

    assert "pin 11 of the header should carry led_green, but the schematic has led_yellow there" in found
    assert "pin 13 of the header should carry led_yellow, but the schematic has led_green there" in found


def test_a_wire_drawn_to_the_wrong_place_is_named():
    found = list(rules.drawing_rules(parts(), drawn_with(R4_2="LED_ANODE")))

    assert "pin 2 of R4 should be on han_rxd, but the schematic joins it to D2.A, R2.1, U1.1" in found


def test_a_part_that_is_not_drawn_is_named():
    values = {ref: value for ref, value in DRAWN.values.items() if ref != "R2"}
    without = {name: frozenset(pin for pin in pins if pin[0] != "R2") for name, pins in DRAWN.nets.items()}
    found = list(rules.drawing_rules(parts(), netlist.Netlist(values, without)))

    assert "R2 (4k7) is in circuit.toml but not in the schematic" in found


def test_a_value_that_differs_is_named():
    values = DRAWN.values | {"R1": "33k"}

    assert list(rules.drawing_rules(parts(), netlist.Netlist(values, DRAWN.nets))) == [
        "R1 is 2k7 in circuit.toml but 33k in the schematic"
    ]


@pytest.mark.parametrize(
    ("moved", "trail"),
    [
        ({"U1_2": "GND", "R2_2": "GND"}, "reaches GND of the Pi by D1 and R1 and D2 and R2"),
        ({"R3_1": "LED_ANODE"}, "reaches GND of the Pi by R2 and R3"),
        ({"J1_2": "GND"}, "reaches GND of the Pi by the net GND itself"),
        ({"C1_1": "HAN_PLUS"}, "reaches GND of the Pi by C1"),
    ],
)
def test_a_bridge_over_the_isolation_is_named_with_what_makes_it(moved, trail):
    found = list(rules.isolation_rules(parts(), joined(**moved)))

    assert any(sentence == f"the isolation is bridged: the meter's pair {trail}" for sentence in found)


@pytest.mark.parametrize("signal", ["led_red", "buzzer", "button_a", "han_rxd"])
def test_a_missing_resistor_is_named(signal):
    of = parts()
    resistor = next(ref for ref, pin in nets(of)[signal] if of[ref].kind == "resistor")
    behind = next(net for net in of[resistor].pins.values() if net != signal)
    without = {
        net: frozenset(pin for pin in pins if pin[0] != resistor) | (nets(of)[behind] if net == signal else frozenset())
        for net, pins in nets(of).items()
    }
    pin = next(lead.pin for lead in leads() if lead.name == signal)

    assert (
        f"{signal} (pin {pin}) has no resistor of its own in series: put one in, or its pin burns"
        in rules.current_rules(
            leads(), of, {net: pins - {(resistor, "1"), (resistor, "2")} for net, pins in without.items()}
        )
    )


def test_a_resistor_too_small_is_named_with_its_current():
    of = parts()
    of["R12"] = replace(of["R12"], value="47")

    assert list(rules.current_rules(leads(), of, DRAWN.nets)) == [
        "led_red (pin 15) can be asked for 31.9 mA, above the pin's 16 mA",
        "led_red takes 31.9 mA for good, above the rail's design of 3.3 mA a pin",
    ]


def test_outputs_that_are_too_much_together_are_named():
    of = parts()
    for ref in ("R10", "R11", "R12", "R13"):
        of[ref] = replace(of[ref], value="100" if ref != "R13" else "220")

    assert list(rules.current_rules(leads(), of, DRAWN.nets))[-1] == (
        "the outputs take 60.0 mA in all, above the Pi's 50 mA"
    )


def test_a_part_without_substitute_is_named():
    of = parts()
    of["U1"] = replace(of["U1"], instead="")

    assert list(rules.bom_rules(of)) == [
        "U1 (PC817C) needs a maker's part or a description to buy by, and one substitute"
    ]


def test_two_leads_of_the_harness_on_one_pin_are_named():
    wrong = harness.document()
    wrong["connections"][2][0]["Pi"][1] = 6

    found = list(harness.rules(wrong, leads()))

    assert (
        "two leads of the harness end on pin 6 of the header: Converter, terminal 5 and Display, terminal 2; "
        "give each its own" in found
    )
    assert "display_gnd should end on pin 9 of the header, but the harness has no lead there" in found


def test_swapped_leads_of_the_harness_are_named():
    wrong = harness.document()
    pins = wrong["connections"][2][0]["Pi"]
    pins[2], pins[3] = pins[3], pins[2]

    assert list(harness.rules(wrong, leads())) == [
        "the lead on pin 5 should be violet (display_scl), but it is BU",
        "the lead on pin 3 should be blue (display_sda), but it is VT",
    ]


def board_moved(ref, pin, hole):
    board = stripboard.layout()
    return replace(board, legs={**board.legs, ref: {**board.legs[ref], pin: hole}})


def test_the_stripboard_joins_what_is_drawn():
    assert list(stripboard.rules(stripboard.layout(), DRAWN.nets)) == []
    assert {ref for ref, part in parts().items() if part.sheet == "receiver"} <= set(stripboard.layout().legs)


def test_a_leg_in_the_wrong_strip_is_named():
    found = list(stripboard.rules(board_moved("R2", "2", ("F", 13)), nets(parts())))

    assert found == ["on the stripboard HAN_MINUS is in pieces: D3.2, J1.2, U1.2 from R2.2"]
    found = list(stripboard.rules(board_moved("R3", "2", ("G", 26)), nets(parts())))
    assert "on the stripboard han_rxd also joins R3.2" in found


def test_a_cut_that_was_forgotten_is_named():
    board = stripboard.layout()
    found = list(stripboard.rules(replace(board, cuts=board.cuts - {("E", 15), ("E", 16)}), nets(parts())))

    assert "strip E is not cut under U1 in both columns: the isolation is bridged or narrow" in found
    assert "on the stripboard HAN_MINUS also joins R3.1, R4.1, U1.3" in found


def test_two_legs_in_one_hole_and_a_leg_in_a_cut_are_named():
    assert "J1.1 and D1.A are both in hole A1" in stripboard.rules(board_moved("D1", "A", ("A", 1)), DRAWN.nets)
    assert "R2.2 is in hole E15, where the strip is cut" in stripboard.rules(
        board_moved("R2", "2", ("E", 15)), DRAWN.nets
    )


def test_parts_that_cross_on_the_stripboard_are_named():
    assert "R1 and D2 cross on the stripboard" in stripboard.rules(board_moved("D2", "K", ("B", 12)), DRAWN.nets)
