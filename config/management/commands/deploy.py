"""`manage.py deploy`: puts actions into the I/O Runtime, whether or not a server runs."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database, datalock
from runtime import actions, deployment, node, urls_of
from runtime.actions import DEFAULT_PACKAGE, Deployed
from runtime.errors import DeploymentError

INSPECT_PORT = 9229  # Node's own default


class Command(BaseCommand):
    help = "Deploys the actions of an App Builder app, or one Node module that exports main, into the I/O Runtime."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="app, folder or file; none: list what is deployed")
        parser.add_argument("--namespace", default=settings.RUNTIME_NAMESPACE, help="default: %(default)s")
        parser.add_argument("--package", default=DEFAULT_PACKAGE, help="of a single module (default: %(default)s)")
        parser.add_argument("--name", default="", help="of a single module (default: its file or folder)")
        parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="an input; repeatable")
        parser.add_argument("--timeout", type=int, metavar="MS", help="instead of the manifest's")
        parser.add_argument("--memory", type=int, metavar="MB", help="instead of the manifest's")
        parser.add_argument("--watch", action="store_true", default=True, help="reload changed files (default)")
        parser.add_argument("--no-watch", dest="watch", action="store_false", help="changed files wait for a deploy")
        parser.add_argument(
            "--inspect",
            nargs="?",
            type=int,
            const=INSPECT_PORT,
            metavar="PORT",
            help=f"a Node debugger may attach ({INSPECT_PORT}); no deadline",
        )
        parser.add_argument("--list", action="store_true", help="what is deployed")

    def handle(self, *args: object, path: Path | None, list: bool, **options: Any) -> None:
        database.prepare()
        if path is None or list:
            self._list()
        else:
            self._deploy(path, options)

    def _deploy(self, path: Path, options: dict[str, Any]) -> None:
        wanted = deployment.Options(
            namespace=options["namespace"],
            package=options["package"],
            name=options["name"],
            watch=options["watch"],
            inspect_port=options["inspect"],
            timeout=options["timeout"],
            memory=options["memory"],
            inputs=_inputs(options["param"]),
        )
        try:
            made = deployment.deploy(path, wanted)
        except DeploymentError as err:
            raise CommandError(str(err)) from err
        for action in made.actions:
            self.stdout.write(_words(action))
        for note in made.notes:
            self.stderr.write(f"note: {note}")
        if node.version() is None:
            self.stderr.write(f"note: {node.MISSING}")
        if not datalock.is_held(settings.DATA_DIR):
            self.stderr.write("note: no server runs on this data directory; the actions are there at its next start")

    def _list(self) -> None:
        for action in actions.every():
            origin = action.spec.file or " > ".join(action.spec.components)
            self.stdout.write(f"{_words(action)}\n    from {origin}")


def _words(action: Deployed) -> str:
    words = [f"/{action.path}"]
    if action.is_web:
        words += [f"    {url}" for url in urls_of.web_action(action)]
    if action.spec.inspect_port is not None:
        words.append(f"    debugger: 127.0.0.1:{action.spec.inspect_port} (chrome://inspect, or your editor's)")
    return "\n".join(words)


def _inputs(given: list[str]) -> dict[str, str]:
    for entry in given:
        if not re.match(r"[^=]+=", entry):
            raise CommandError(f"--param is NAME=VALUE, not {entry}")
    return {name: value for name, _, value in (entry.partition("=") for entry in given)}
