"""What the tables take: room in the wheel, time to read the list or one company, and memory while one is in use.

Run with `pytest --benchmark-only -s tests/benchmarks`. The limits are those that the tables were made for, on the
machine of whoever runs it; they are no test of others'.
"""

import tracemalloc
import zlib
from importlib.resources import files
from typing import Any

import pytest

from appliance.tariffs import Customer, companies, holidays, tariffs

WHEEL_LIMIT, MEMORY_LIMIT, TIME_LIMIT_S = 40_000, 500_000, 0.005
LARGEST = "tensio-tn"


def test_room_in_the_wheel(benchmark: Any) -> None:
    octets = {name: files("appliance.tariffs").joinpath(name).read_bytes() for name in ("norway.jsonl", "holidays.txt")}
    packed = benchmark(lambda: {name: len(zlib.compress(each, 6)) for name, each in octets.items()})

    print(f"\n{ {name: (len(each), packed[name]) for name, each in octets.items()} } octets as they are, and packed")
    assert sum(packed.values()) < sum(map(len, octets.values())) < WHEEL_LIMIT


def test_time_for_the_list(benchmark: Any) -> None:
    benchmark(companies)
    assert benchmark.stats.stats.min < TIME_LIMIT_S


@pytest.mark.parametrize("company", ["elvia", LARGEST, "vissi"])
def test_time_for_a_company(benchmark: Any, company: str) -> None:
    def read() -> None:
        holidays.cache_clear()
        assert tariffs(company, customer=Customer.HOME, norgespris=True)

    benchmark(read)
    assert benchmark.stats.stats.min < TIME_LIMIT_S


def test_memory_of_a_company_and_the_list(benchmark: Any) -> None:
    def kept() -> tuple[int, int]:
        holidays.cache_clear()
        tracemalloc.start()
        held = tariffs(LARGEST, customer=Customer.HOME, norgespris=True), companies(), holidays()
        now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert all(held)
        return now, most

    now, most = benchmark.pedantic(kept)
    print(f"\n{now / 1000:.0f} kB kept, {most / 1000:.0f} kB at most while reading")
    assert most < MEMORY_LIMIT
