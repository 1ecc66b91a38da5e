"""Where octets come from: a serial port, a simulated household on a pseudo-terminal, a recording."""
