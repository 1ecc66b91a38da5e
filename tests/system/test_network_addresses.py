"""The machine's addresses, from the files that systemd-networkd keeps of what a router has lent."""

from pathlib import Path

from appliance.system.network_addresses import lent_addresses

LEASE = "# This is private data. Do not parse.\nADDRESS={}\nNETMASK=255.255.255.0\nROUTER=10.0.2.2\n"
"""As sd-dhcp-lease.c writes one (dhcp_lease_save)."""


def test_each_card_has_its_own(tmp_path: Path):
    for number, address in (("2", "10.0.2.15"), ("3", "192.168.1.40")):
        (tmp_path / number).write_text(LEASE.format(address))
    (tmp_path / ".#2x").write_text(LEASE.format("10.9.9.9"))

    assert lent_addresses(tmp_path) == ("10.0.2.15", "192.168.1.40")


def test_without_a_network_there_is_none(tmp_path: Path):
    assert lent_addresses(tmp_path / "nothing") == ()
    (tmp_path / "2").write_text(LEASE.format(""))
    (tmp_path / "3").write_bytes(b"\xff\xfe")
    assert lent_addresses(tmp_path) == ()
