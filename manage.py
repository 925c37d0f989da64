#!/usr/bin/env python
"""Command line entry: Django's commands and AEMulator's own (`manage.py help` lists them)."""

import sys

from config.command import main

if __name__ == "__main__":
    sys.exit(main())
