from django.apps import AppConfig


class ComputeApp(AppConfig):
    name = "compute"
    verbose_name = "Asset Compute service"
