"""A meter of each maker, speaking on a real pseudo-terminal.

The meter measures a `House` and sends its lists at the moments its maker's description names, with the clock as that
maker sends it, in octets that the meter room's own tables make. The pseudo-terminal's far end is opened by the same
code that opens a serial port. A pseudo-terminal knows no baud rate, so the pace of 2400 baud is kept here: a list of
300 octets takes over a second to come, as on the wire.
"""

import errno
import os
import random
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.simulation.house import House, Mains, Net
from appliance.simulation.makers import MAKERS, encode
from appliance.system.timebase import Timebase

_HOUR = timedelta(hours=1)
_OCTETS_A_SECOND = 240  # 2400 baud, ten bits an octet
_BURST = 24


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame and the moment its first octet leaves."""

    moment: datetime
    octets: bytes
    meant: Reading
    """What the frame says; its offset and length are 0."""


class Meter:
    """A meter of one maker in one house, from a moment in UTC on."""

    def __init__(
        self,
        maker: Maker,
        house: House,
        start: datetime,
        register_wh: int = 21_882_340,
        *,
        meter_id: str | None = None,
        clock_error: timedelta = timedelta(),
        zone: tzinfo | None = None,
    ) -> None:
        """Build a meter whose register stands at `register_wh` and what the house has imported since it was built.

        Its clock is ahead of the true time by `clock_error`, and so are the full hours it goes by. It shows the time of
        `zone`: its maker's, unless another is given.
        """
        if start.tzinfo is not UTC:
            raise ValueError("the simulator lives in UTC")
        self._name, self._maker = maker, MAKERS[maker]
        self._house = house
        self._clock_error = clock_error
        self._zone = zone or self._maker.zone
        self._start = start + clock_error  # by its own clock, as is all in here
        self._register_wh = register_wh
        self._meter_id = meter_id or self._maker.meter_id

    def sent(self) -> Iterator[Sent]:
        """Yield all that the meter sends, without end, in order of time."""
        cadence = self._maker.cadence
        step = timedelta(seconds=cadence.fast_s or cadence.full_s)
        hour = self._start.replace(minute=0, second=0, microsecond=0)
        due = self._start + (hour - self._start) % step
        made: Reading | None = None
        hourly_due = hour + timedelta(seconds=cadence.hourly_offset_s)
        if hourly_due <= self._start:
            hour, hourly_due = hour + _HOUR, hourly_due + _HOUR
        while True:
            made_at = hour if cadence.hourly_made_on_the_hour else hourly_due
            if made is None and due >= made_at:
                made = self._reading(made_at, hourly=True)
            if made is not None and due >= hourly_due:
                yield self._frame(hourly_due, made)
                due += step if cadence.hourly_replaces and due == hourly_due else timedelta()
                hour, hourly_due, made = hour + _HOUR, hourly_due + _HOUR, None
                continue
            full = (due - self._start.replace(minute=0, second=0, microsecond=0)) % timedelta(seconds=cadence.full_s)
            yield self._frame(due, self._reading(due, hourly=False, fast=bool(full)))
            due += step

    def _frame(self, moment: datetime, reading: Reading) -> Sent:
        header = None if self._maker.clock_hourly_only else self._clock(moment)
        return Sent(moment - self._clock_error, encode(reading, header_clock=header), reading)

    def _clock(self, moment: datetime) -> MeterClock:
        """Return the clock as this maker sends it."""
        wall = moment.astimezone(self._zone).replace(tzinfo=None)
        return MeterClock(
            wall.replace(microsecond=0),
            deviation_min=self._maker.deviation_min,
            status=0,
            day_of_week=wall.isoweekday(),
            hundredths=self._maker.hundredths,
        )

    def _reading(self, moment: datetime, *, hourly: bool, fast: bool = False) -> Reading:
        self._house.advance(moment - self._clock_error)
        mains = self._house.mains(moment - self._clock_error)
        clock = self._clock(moment) if hourly or not self._maker.clock_hourly_only else None
        if fast:
            return Reading(offset=0, length=0, maker=self._name, elements=1, clock=clock, power_import_w=mains.import_w)
        fields: dict[str, object] = {
            "maker": self._name,
            "list_name": self._maker.list_name,
            "meter_id": self._meter_id,
            "meter_type": self._maker.types[self._house.net],
            "clock": clock,
            **self._instant(mains),
        }
        if hourly:
            fields |= self._registers()
        elements = self._count(fields)
        return Reading.of({"offset": 0, "length": 0, "elements": elements} | fields)

    def _instant(self, mains: Mains) -> dict[str, float]:
        """Return powers, currents and voltages, as far as this maker sends them in this house's net."""
        maker, it_net = self._maker, self._house.net is Net.IT
        values: dict[str, float] = {
            "power_import_w": mains.import_w,
            "power_export_w": mains.export_w,
            "reactive_import_var": mains.reactive_import_var,
            "reactive_export_var": mains.reactive_export_var,
        }
        for line in (1,) if self._house.net is Net.ONE_PHASE else (1, 2, 3):
            if line != 2 or not it_net or maker.sends_l2_current_in_it_net:
                values[f"current_l{line}_a"] = round(mains.currents_a[line - 1], maker.current_decimals)
            measured = line != 2 or not it_net or maker.measures_l2_voltage_in_it_net
            voltage = round(mains.voltages_v[line - 1], maker.voltage_decimals) if measured else 0.0
            values[f"voltage_l{line}_v"] = voltage
        return values

    def _registers(self) -> dict[str, float]:
        """Return the registers as they stand, Wh and varh, in whole steps of the maker's resolution."""
        step = self._maker.register_step_wh
        return {
            "energy_import_wh": (self._register_wh + int(self._house.import_wh)) // step * step,
            "energy_export_wh": int(self._house.export_wh) // step * step,
            "reactive_energy_import_varh": 333_500,
            "reactive_energy_export_varh": 725_400,
        }

    def _count(self, fields: dict[str, object]) -> int:
        """Return the number of elements as this maker counts them."""
        values = len(fields) - 1 - (fields["clock"] is None or "energy_import_wh" not in fields)
        return 2 * values - 1 if self._maker.counts_codes else values


def noisy(octets: bytes, rate: float, chance: random.Random) -> bytes:
    """Return the octets as a bad line delivers them: each turned, lost or doubled with the given probability, 0..1."""
    delivered = bytearray()
    for octet in octets:
        if chance.random() >= rate:
            delivered.append(octet)
            continue
        match chance.randrange(3):
            case 0:
                delivered.append(octet ^ 1 << chance.randrange(8))
            case 1:
                pass
            case _:
                delivered += bytes((octet, octet))
    return bytes(delivered)


class Line:
    """A pseudo-terminal that a meter speaks on; `port` is what the appliance opens."""

    def __init__(self, timebase: Timebase, *, noise: float = 0.0, seed: int = 1) -> None:
        self._timebase = timebase
        self._noise = noise
        self._chance = random.Random(seed)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)

    async def speak(self, meter: Meter, start: datetime) -> None:
        """Send all that the meter sends, from `start`, which is now, until cancelled."""
        epoch = self._timebase.now()
        for sent in meter.sent():
            await self._timebase.sleep_until(epoch + (sent.moment - start).total_seconds())
            await self.send(sent.octets)

    async def send(self, octets: bytes) -> None:
        """Send octets at the pace of the line; what is not read is lost, as on a wire."""
        octets = noisy(octets, self._noise, self._chance) if self._noise else octets
        began = self._timebase.now()
        for place in range(0, len(octets), _BURST):
            self.put(octets[place : place + _BURST])
            await self._timebase.sleep_until(began + (place + _BURST) / _OCTETS_A_SECOND)

    def put(self, octets: bytes) -> None:
        """Send octets at once."""
        try:
            os.write(self._master, octets)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.EIO:
                raise

    def close(self) -> None:
        """Unplug: the port vanishes, and reading it is an error."""
        os.close(self._slave)
        os.close(self._master)
