"""Where web servers and the `flask` command find the application."""

import sys

from civic import create_app
from civic.config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    sys.exit(f"civic: {error}")
