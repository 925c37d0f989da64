from django.apps import AppConfig


class RepositoryApp(AppConfig):
    name = "repository"
    verbose_name = "AEM author repository"
