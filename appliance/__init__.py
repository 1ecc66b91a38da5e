"""The HAN appliance: octets from a smart meter in; a small display, three LEDs and a buzzer out."""

__version__ = "0.1.0"
