"""``python -m appliance`` is ``han-appliance``."""

import sys

from appliance.commands.main import main

sys.exit(main())
