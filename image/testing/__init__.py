"""Boots the built image in an emulated Raspberry Pi 3 B and looks at it from outside, as a household would.

Nothing in the image is changed for it: the emulator's card is a copy, what only a test needs comes by the kernel's
command line and by two nodes in the device tree, and light, sound, glass and serial line are those of the emulated
board. The rooms: `qemu` (the emulator), `sdcard` (what is on the card), `console` (a shell within), `pins`, `display`
and `meter` (what hangs on the board), `front` and `inside` (a function for each sentence that must hold, seen from
outside and from within) and `course` (which boot checks what).
"""
