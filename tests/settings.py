"""Settings of the test process itself: those of the product, with a data directory that the process takes with it."""

import atexit
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="aemulator-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["AEMULATOR_DATA_DIR"] = _data_dir

from config.settings import *  # noqa: E402, F403  (the data directory is set first)
