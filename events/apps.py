from django.apps import AppConfig


class EventsApp(AppConfig):
    name = "events"
    verbose_name = "I/O Events"
