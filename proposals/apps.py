from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProposalsConfig(AppConfig):
    name = "proposals"
    verbose_name = "Stratégies"

    def ready(self) -> None:
        from proposals.reminders.defaults import ensure_rules

        post_migrate.connect(ensure_rules, sender=self)
