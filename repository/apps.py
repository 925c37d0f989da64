from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RepositoryApp(AppConfig):
    name = "repository"
    verbose_name = "AEM author repository"

    def ready(self) -> None:
        post_migrate.connect(_ensure_roots, sender=self)


def _ensure_roots(**_: Any) -> None:
    from repository import tree

    tree.ensure_roots()
