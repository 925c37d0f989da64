from django.apps import AppConfig


class IdentityApp(AppConfig):
    name = "identity"
    verbose_name = "IMS"
