"""``python -m appliance`` is ``han-appliance``."""

import sys

from appliance.cli import main

sys.exit(main())
