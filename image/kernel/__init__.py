"""The quick kernel test: the program on a real kernel's pins, bus and UART, in a machine made for it.

The boot test runs the image as it is, in an emulated Pi whose pins fire no interrupt when their level changes; the
tests of the program have pins of Python. Between them lies the part that only a kernel can show: gpiozero on lgpio on
the character device, button edges, luma on smbus2 on /dev/i2c-1, and the unit's sandbox around all of it. So here is
Debian's amd64 kernel with simulated pins, a bus with a display that remembers, a 16550 with a meter on it, and systemd.

`build` makes the machine, `vm` starts it, `rig` is what hangs on it, `checks` says what must hold, and `test` boots it
and looks; `guest/agent` is the test's hand inside.
"""
