from django.apps import AppConfig


class RuntimeApp(AppConfig):
    name = "runtime"
    verbose_name = "I/O Runtime"
