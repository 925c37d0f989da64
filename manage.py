#!/usr/bin/env python
"""Command line entry: Django's commands and AEMulator's own (serve, env, worker, poll, reset, doctor)."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import launch

    return launch.run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
