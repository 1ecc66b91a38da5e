// The front and the box behind it. The sizes are in sizes.scad, which hardware/build writes from
// hardware/workshop/enclosure.py; the part to export is chosen with -D 'part="front"' or -D 'part="back"'.
// Both lie as they are printed, front with its face on the bed, box with its back: no supports.

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

module front() {
    difference() {
        union() {
            plate(outer[0], outer[1], corner, face);
            frame(display_at, pocket, 1.6, 5);
            translate([piezo_at[0], piezo_at[1], face]) difference() {
                cylinder(d = piezo + 4, h = 5);
                translate([0, 0, -hair]) cylinder(d = piezo, h = 6);
            }
        }
        window(face);
        for (at = lamps_at) hole(at, lamp_hole, face);
        for (at = buttons_at) hole(at, button_hole, face);
        for (at = screws_at) hole(at, screw_hole, face);
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
        for (at = screws_at) translate([at[0], at[1], depth - 20]) cylinder(d = screw_pilot, h = 21);
        for (at = pi_holes_at) translate([at[0], at[1], floor]) cylinder(d = pi_pilot, h = standoff + 1);
        // leads leave through slots that are open at the rim: nothing to bridge
        for (at = slots_at)
            translate([at[0] - at[1] / 2, -outer[1] / 2 - 1, slot_floor])
                cube([at[1], wall + 2, depth]);
        // air through the back, and two screws to hang on
        for (x = [-30:10:30], y = [-1, 1]) translate([x, y * vent_y, -hair])
            linear_extrude(floor + 1) square([4, 10], center = true);
        for (at = hangers_at) {
            hole(at, hanger_head, floor);
            translate([at[0] - hanger_neck / 2, at[1], -hair]) cube([hanger_neck, 8, floor + 1]);
        }
    }
}

// The sizes are as seen from the front; with its face on the bed the front shows its back.
if (part == "front") mirror([1, 0, 0]) front();
if (part == "back") back();
