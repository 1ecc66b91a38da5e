// The front and the box behind it. The sizes are in sizes.scad, which hardware/build writes from
// hardware/workshop/enclosure.py; the part to export is chosen with -D 'part="front"', "back" or "caps".
// All lie as they are printed, front and caps with their faces on the bed, box with its back: no supports.

include <sizes.scad>

part = "front";
$fn = 40;
hair = 0.01;

module plate(w, h, r, t) {
    linear_extrude(t) offset(r) square([w - 2 * r, h - 2 * r], center = true);
}

module hole(at, d, t) {
    translate([at[0], at[1], -hair]) cylinder(d = d, h = t + 2 * hair);
}

// The window widens by its bevel towards the face, at 45 degrees.
module window(t) {
    hull() {
        translate([display_at[0], display_at[1], -hair])
            linear_extrude(hair) square([window[0] + 2 * bevel, window[1] + 2 * bevel], center = true);
        translate([display_at[0], display_at[1], bevel])
            linear_extrude(hair) square(window, center = true);
    }
    translate([display_at[0], display_at[1], t / 2]) cube([window[0], window[1], 2 * t], center = true);
}

module frame(at, inner, wall, height) {
    translate([at[0], at[1], face]) linear_extrude(height) difference() {
        square([inner[0] + 2 * wall, inner[1] + 2 * wall], center = true);
        square(inner, center = true);
        // open corners, to lift the module out and lead its wires away
        for (x = [-1, 1]) translate([x * inner[0] / 2, -inner[1] / 2]) square(12, center = true);
    }
}

// A stroke of a sign is a groove with steep walls, so that it prints without supports.
module groove_between(a, b) {
    hull() for (at = [a, b])
        translate([at[0], at[1], -hair]) cylinder(d1 = groove, d2 = 0, h = 0.65 * groove);
}

module front() {
    difference() {
        union() {
            plate(outer[0], outer[1], corner, face);
            frame(display_at, pocket, 1.6, 5);
            translate([piezo_at[0], piezo_at[1], face]) difference() {
                cylinder(d = piezo + 3, h = 4);
                translate([0, 0, -hair]) cylinder(d = piezo, h = 5);
            }
            // pillars that carry the board
            for (at = posts_at) translate([at[0], at[1], 0]) cylinder(d = pillar, h = face + gap);
        }
        window(face);
        for (at = lamps_at) hole(at, lamp_hole, face);
        for (at = buttons_at) hole(at, button_hole, face);
        for (at = screws_at) hole(at, screw_hole, face);
        for (at = posts_at) translate([at[0], at[1], face + gap - insert_deep]) cylinder(d = insert, h = insert_deep + 1);
        for (stroke = strokes) groove_between(stroke[0], stroke[1]);
        hole(piezo_at, sound_hole, face);
        for (turn = [0:60:300])
            hole([piezo_at[0] + 4 * cos(turn), piezo_at[1] + 4 * sin(turn)], sound_hole, face);
    }
}

module back() {
    difference() {
        union() {
            difference() {
                plate(outer[0], outer[1], corner, depth);
                translate([0, 0, floor])
                    plate(outer[0] - 2 * wall, outer[1] - 2 * wall, corner - wall, depth);
            }
            for (at = screws_at) translate([at[0], at[1], 0]) cylinder(d = post, h = depth);
            for (at = pi_holes_at) translate([at[0], at[1], 0]) cylinder(d = 6, h = floor + standoff);
        }
        for (at = screws_at) translate([at[0], at[1], depth - 14]) {
            cylinder(d = screw_hole, h = 15);
            translate([0, 0, 14 - insert_deep]) cylinder(d = insert, h = insert_deep + 1);
        }
        for (at = pi_holes_at) translate([at[0], at[1], floor]) cylinder(d = pi_pilot, h = standoff + 1);
        // leads leave through slots that are open at the rim: nothing to bridge
        for (at = slots_at)
            translate([at[0] - at[1] / 2, -outer[1] / 2 - 1, slot_floor])
                cube([at[1], wall + 2, depth]);
        // the board's jack, at the rim
        translate([jack_at - jack[0] / 2, -outer[1] / 2 - 1, depth - gap - 1]) cube([jack[0], wall + 2, depth]);
        // the card is taken out through the left wall; its roof slants, to print without supports
        translate([-outer[0] / 2 - 1, card[0], floor]) rotate([90, 0, 90]) linear_extrude(wall + 2)
            polygon([[-card[1] / 2, 0], [card[1] / 2, 0], [card[1] / 2, card[2]], [0, card[2] + card[1] / 2], [-card[1] / 2, card[2]]]);
        // two slits in the floor beside each lead, for a cable tie
        for (at = slots_at, x = [-1, 1])
            translate([at[0] + x * tie[2] / 2 - tie[1] / 2, -outer[1] / 2 + 6, -hair]) cube([tie[1], tie[0], floor + 1]);
        // air through the back, and two screws to hang on
        for (x = [-30:10:30], y = [-1, 1]) translate([x, y * vent_y, -hair])
            linear_extrude(floor + 1) square([4, 10], center = true);
        for (at = hangers_at) {
            hole(at, hanger_head, floor);
            translate([at[0] - hanger_neck / 2, at[1], -hair]) cube([hanger_neck, 8, floor + 1]);
        }
    }
}

// A cap stands on its face; its rim slants, stays a little behind the face, and its bore sits on the switch's own plunger.
module cap() {
    behind = cap_out + face;
    edge = (button_hole - cap) / 2; // where the slanting rim would meet the hole
    difference() {
        union() {
            cylinder(d = cap, h = behind + play);
            translate([0, 0, behind + play - edge]) cylinder(d1 = cap, d2 = cap_rim, h = (cap_rim - cap) / 2);
            translate([0, 0, behind + play - edge + (cap_rim - cap) / 2]) cylinder(d = cap_rim, h = 1);
            translate([0, 0, behind]) cylinder(d = cap_stem + 3.2, h = cap_length);
        }
        translate([0, 0, behind + cap_length - cap_bore - play])
            linear_extrude(cap_bore + 1) square(cap_stem, center = true);
    }
}

// The sizes are as seen from the front; with its face on the bed the front shows its back.
if (part == "front") mirror([1, 0, 0]) front();
if (part == "back") back();
if (part == "caps") for (x = [-1, 1]) translate([x * 10, 0, 0]) cap();
