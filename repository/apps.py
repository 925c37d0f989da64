from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RepositoryApp(AppConfig):
    name = "repository"
    verbose_name = "AEM author repository"

    def ready(self) -> None:
        from django.utils.translation import gettext

        from repository import texts
        from repository.auth import accounts

        texts.translate_with(gettext)

        post_migrate.connect(_ensure_roots, sender=self)
        post_migrate.connect(accounts.ensure_accounts, sender=self)
        accounts.watch_changes()


def _ensure_roots(**_: Any) -> None:
    from repository import tree

    tree.ensure_roots()
