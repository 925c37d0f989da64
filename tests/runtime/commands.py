"""Runs `manage.py` commands one after the other in one process: most of the time of each would be its start.

Reads a JSON list of arguments from each line; answers with a line {"code", "stdout", "stderr"}.
"""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from config import launch

    for line in sys.stdin:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = launch.run(["manage.py", *json.loads(line)])
            except SystemExit as exit_:
                code = exit_.code if isinstance(exit_.code, int) else 1
        sys.stdout.write(json.dumps({"code": code, "stdout": out.getvalue(), "stderr": err.getvalue()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
