"""docs/settings.md names every setting, command and option that there is, and none that there is not."""

import argparse
import ast
import re
from pathlib import Path

from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from config import launch
from tests.server import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]
COMMANDS = Path(ROOT / "config" / "management" / "commands")


def settings_read() -> dict[str, ast.expr]:
    """The name of each environment variable that the settings read, and its default."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    return {
        str(node.args[0].value): node.args[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def documented_settings() -> dict[str, str]:
    """Name to default: as it is written, in backticks when it is to be taken literally."""
    return {name[1:-1]: default for name, default, _ in ROWS if name[1:-1].isupper()}


def documented_commands() -> dict[str, set[str]]:
    return {name[1:-1]: set(re.findall(r"--[a-z-]+", options)) for name, options, _ in ROWS if name[1:-1].islower()}


def options_of(command: str) -> set[str]:
    if command == "serve":
        parser: argparse.ArgumentParser = launch.serve_parser()
        common = {"-h", "--help"}
    else:
        parser = load_command_class("config", command).create_parser("manage.py", command)
        common = set(BaseCommand().create_parser("manage.py", command)._option_string_actions)
    return {option for option in parser._option_string_actions if option not in common and option.startswith("--")}


def test_each_setting_is_described_and_each_that_is_described_exists() -> None:
    assert set(documented_settings()) == set(settings_read())


def test_the_defaults_are_those_of_the_settings() -> None:
    told = documented_settings()
    for name, default in settings_read().items():
        value = _computed(default)
        if isinstance(value, bool):
            assert told[name] == f"`{str(value).lower()}`", name
        elif isinstance(value, int | float):
            assert float(told[name].strip("`")) == value, name
        elif value and told[name].startswith("`"):
            assert told[name] == f"`{value}`", name


def test_each_command_and_option_is_described_and_the_other_way_round() -> None:
    there = {file.stem for file in COMMANDS.glob("[!_]*.py")}
    assert documented_commands() == {command: options_of(command) for command in there}


def _computed(expression: ast.expr) -> object:
    """The value of an expression without names; None for any other."""
    if any(isinstance(node, ast.Name | ast.JoinedStr) for node in ast.walk(expression)):
        return None
    return eval(compile(ast.Expression(expression), "settings.py", "eval"), {"__builtins__": {}})
