"""What the garbage collector has to look through, in a process of its own."""

import subprocess
import sys

from appliance.system.garbage import EVERY

SAYS = """
import gc
from appliance.system.garbage import collect_rarely
before = len(gc.get_objects())
collect_rarely()
print(gc.get_threshold()[0], gc.get_freeze_count() >= before, len(gc.get_objects()) < before / 10)
"""


def test_what_is_loaded_is_not_looked_through_again():
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(EVERY), "True", "True"]
