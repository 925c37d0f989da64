"""The fixtures of a project that uses the plugin."""

from tests.plugin.fixtures import project, project_python

__all__ = ["project", "project_python"]
