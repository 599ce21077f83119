from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = "Acteurs"

    def ready(self) -> None:
        from actors.accounts import events, second_factor  # noqa: F401, the latter's receiver

        events.connect()
