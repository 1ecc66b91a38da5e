"""Wi-Fi: the kernel's simulated radios (mac80211_hwsim), of which one is a router's and the other the Pi's.

The router is hostapd, and the Pi's part is what the image has: `han-appliance network`, Debian's wpa_supplicant and
systemd-networkd, with the image's own files. What the simulation does not have is the Pi's radio and its firmware.
"""

from image.kernel.rig import SETTINGS, Rig, need

PI, ROUTER = "wlan0", "wlan1"
NAME, PASSPHRASE = "Åsgård 5", "ni laks & #1 gaupe"
WPA2, BOTH = "WPA-PSK", "WPA-PSK SAE"
COMMAND = "/opt/han-appliance/bin/han-appliance"
_AIR = "/run/router.conf"
_ROUTERS_NETWORK = f"""[Match]
Name={ROUTER}
[Network]
Address=10.77.0.1/24
DHCPServer=yes
"""


async def joins_a_router_with_wpa2(rig: Rig) -> str:
    """Where the router has WPA2, the network of the settings is joined: an address comes over the air."""
    await rig.write_settings(f'[network]\nname = "{NAME}"\npassphrase = "{PASSPHRASE}"\ncountry = "NO"')
    network = "/run/systemd/network"
    await rig.vm.run("sh", "-c", f"mkdir -p {network} && echo '{_ROUTERS_NETWORK}' > {network}/10-router.network")
    await _on_the_air(rig, WPA2, protected=0)
    # its exit code is not 0: this machine has neither the Pi's radio nor a resolver
    await rig.vm.ask("run", command=[COMMAND, "network", "--config", SETTINGS])
    return await _joined(rig)


async def joins_a_router_in_transition_to_wpa3(rig: Rig) -> str:
    """Where it has WPA2 and WPA3 beside each other, it is joined too, with protected management frames."""
    await _on_the_air(rig, BOTH, protected=1)
    station = await _joined(rig)
    need("MFP" in station, "protected management frames", station)
    return station


async def _on_the_air(rig: Rig, keys: str, protected: int) -> None:
    """Have the router speak in this way from now on; `protected`: its management frames are not, may be, must be."""
    lines = (
        f"interface={ROUTER}", "driver=nl80211", "ctrl_interface=/run/hostapd", f"ssid={NAME}", "utf8_ssid=1",
        "hw_mode=g", "channel=6", "wpa=2", f"wpa_key_mgmt={keys}", "rsn_pairwise=CCMP", f"ieee80211w={protected}",
        f"wpa_passphrase={PASSPHRASE}",
    )  # fmt: skip
    text = "\n".join(lines)
    await rig.vm.run("sh", "-c", f"cat > {_AIR} <<'END'\n{text}\nEND")
    await rig.vm.run("sh", "-c", "systemctl stop router 2>&1 || true")
    await rig.vm.run("systemd-run", "--unit=router", "--collect", "hostapd", _AIR)


async def _joined(rig: Rig) -> str:
    """Wait until the Pi is in the router's network with an address. Return what the router says of it."""
    look = f"networkctl --no-pager --no-legend list {PI}; hostapd_cli -i {ROUTER} all_sta 2>&1 || true"

    async def both_sides() -> str:
        return await rig.vm.run("sh", "-c", look)

    def is_joined(said: str) -> bool:
        return "routable" in said and "[AUTHORIZED]" in said

    seen = await rig.until(both_sides, is_joined, f"{PI} known to the router, with an address")
    state, *station = seen.splitlines()
    kept = [line for line in station if line.startswith(("flags=", "AKMSuiteSelector="))]
    return f"{' '.join(state.split())}; {', '.join(kept)}"


ALL = (joins_a_router_with_wpa2, joins_a_router_in_transition_to_wpa3)
