"""The command `aemulator`, as `manage.py`: Django's commands and AEMulator's own."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import launch

    return launch.run(sys.argv)
