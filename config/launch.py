"""The start of every command, before Django's settings load.

`serve` has to know its ports first, because every URL in the settings derives from them: its options are read and its
sockets bound here, then the settings find the result in the environment. Every other command finds there the
addresses of the last `serve` on the same data directory.
"""

import argparse
import gc
import os
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from config import addresses, datalock, served
from config.errors import DataDirError, PortError, StartError, UnsafeHost

DEFAULT_DATA_DIR = Path(__file__).resolve().parent.parent / "var"
BAD_CONFIGURATION = 2
INTERRUPTED = 130  # as shells report it


@dataclass(frozen=True)
class ServeOptions:
    host: str
    port: int
    https_port: int
    data_dir: Path
    ephemeral: bool
    demo: bool
    workers: bool
    ready_file: Path | None
    until_stdin_ends: bool


def run(argv: list[str]) -> int:
    """Run one command line; what a person did wrong ends as one line on stderr and an exit code."""
    try:
        if argv[1:2] == ["serve"]:
            return serve(argv[2:])
        return manage(argv)
    except StartError as err:
        return _refuse(str(err), err.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED


def manage(argv: list[str]) -> int:
    """One of Django's or AEMulator's other commands; `--data-dir` works for each of them."""
    argv = _take_data_dir(argv)
    last = served.recall(_data_dir())
    for name, value in (last.variables() if last else {}).items():
        os.environ.setdefault(name, value)
    gc.disable()
    _load_settings()
    from django.core.management import execute_from_command_line

    gc.freeze()
    gc.enable()
    execute_from_command_line(argv)
    gc.freeze()
    return 0


def serve(args: list[str]) -> int:
    served.drop_pasted_block(os.environ)
    options = serve_options(args)
    # Until the server's own handler is there: leave by the front door, so that an ephemeral directory is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        root = _ephemeral_dir(stack) if options.ephemeral else options.data_dir
        stack.enter_context(datalock.acquire(root))
        _check_host(options.host)
        last = served.recall(root)
        plain = stack.enter_context(_bind(options.host, options.port, last.port if last else 0))
        secure = stack.enter_context(_bind(options.host, options.https_port, last.https_port if last else 0))
        where = served.Served(options.host, addresses.port_of(plain), addresses.port_of(secure))
        _tell_settings(where, root, options)
        gc.disable()  # what loads now, stays: the server looks for garbage from when it is ready
        _load_settings()
        from config import server

        code = server.serve(server.Start(where, plain, secure, root, options))
    gc.freeze()  # Python would look through every object three times before it ends
    return code


def serve_options(args: list[str]) -> ServeOptions:
    found = serve_parser().parse_args(args)
    return ServeOptions(
        host=found.host,
        port=found.port,
        https_port=found.https_port,
        data_dir=found.data_dir.expanduser().resolve(),
        ephemeral=found.ephemeral,
        demo=found.demo,
        workers=found.workers,
        ready_file=found.ready_file,
        until_stdin_ends=found.until_stdin_ends,
    )


def serve_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("manage.py serve", description="Run AEMulator: every box, in one process.")
    env = os.environ
    parser.add_argument("--host", default=env.get("AEMULATOR_HOST") or "127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=env.get("AEMULATOR_PORT") or "8080", help="HTTP; 0: any free one")
    parser.add_argument(
        "--https-port", type=_port, default=env.get("AEMULATOR_HTTPS_PORT") or "8443", help="HTTPS; 0: any free one"
    )
    parser.add_argument("--data-dir", type=Path, default=_data_dir(), help="where everything is kept (default: var/)")
    parser.add_argument("--ephemeral", action="store_true", help="a data directory of its own, removed at the end")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="no demo pictures on the first run")
    parser.add_argument("--no-workers", dest="workers", action="store_false", help="rendering is done by `worker`")
    parser.add_argument("--ready-file", type=Path, help="JSON written here once ready: url, https_url, pid, data_dir")
    parser.add_argument(
        "--until-stdin-ends",
        action="store_true",
        help="stop when standard input ends: with the process that started it",
    )
    return parser


def _bind(host: str, port: int, last: int) -> socket.socket:
    """Port 0 is the port that this data directory was served on last, if it is free.

    Signed URLs and the environment blocks of running clients name it: jobs that a stop interrupted go on.
    """
    if port == 0 and last:
        try:
            return addresses.bind(host, last)
        except PortError:
            pass  # somebody else has it now
    return addresses.bind(host, port)


def _port(raw: str) -> int:
    port = int(raw)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port (0 to 65535)")
    return port


def _data_dir() -> Path:
    return Path(os.environ.get("AEMULATOR_DATA_DIR") or DEFAULT_DATA_DIR).expanduser().resolve()


def _take_data_dir(argv: list[str]) -> list[str]:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data-dir")
    found, rest = parser.parse_known_args(argv)
    if found.data_dir:
        os.environ["AEMULATOR_DATA_DIR"] = found.data_dir
    return rest


def _ephemeral_dir(stack: ExitStack) -> Path:
    try:
        root = Path(tempfile.mkdtemp(prefix="aemulator-"))
    except OSError as err:
        raise DataDirError(f"no temporary directory can be made: {err.strerror}") from err
    stack.callback(shutil.rmtree, root, ignore_errors=True)
    return root


def _check_host(host: str) -> None:
    if not addresses.is_loopback(host) and not os.environ.get("AEMULATOR_ADMIN_PASSWORD"):
        raise UnsafeHost(
            f"{host} can be reached from other machines, and the login is the well-known admin/admin: "
            "set AEMULATOR_ADMIN_PASSWORD first, or serve on 127.0.0.1"
        )


def _tell_settings(where: served.Served, root: Path, options: ServeOptions) -> None:
    for name, value in where.variables().items():
        if name.endswith("_URL"):
            os.environ.setdefault(name, value)
        else:
            os.environ[name] = value
    os.environ["AEMULATOR_DATA_DIR"] = str(root)
    if not options.workers:
        os.environ["AEMULATOR_WORKERS"] = "false"


def _load_settings() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as err:
        error = StartError(str(err))
        error.exit_code = BAD_CONFIGURATION
        raise error from err


def _refuse(message: str, code: int) -> int:
    sys.stderr.write(f"aemulator: {' '.join(message.split())}\n")
    return code
