"""A hundred thousand grants as open data: `python -m tests.bench.grants` downloads the file.

It says how many lines the file has, and the megabytes of the process before it asked for the file.
"""

import resource
import sys
from datetime import date, timedelta

import django

GRANTS = 100_000
SLUG = "mesure-des-subventions"


def fill() -> int:
    """Make the strategy and its grants, unless they are there; how many there are."""
    from proposals.models import Grant, Strategy
    from tests import factories as make

    if not Strategy.objects.filter(slug=SLUG).exists():
        strategy = make.StrategyFactory(slug=SLUG, adopted_on=date(2018, 6, 28))
        first = date(2018, 7, 1)
        rows = [
            make.GrantFactory.build(
                strategy=strategy,
                action=None,
                beneficiary=None,
                reference=f"S-{number}",
                signed_on=first + timedelta(days=number % 400),
                published_on=date(2019, 10, 1),
            )
            for number in range(GRANTS)
        ]
        Grant.objects.bulk_create(rows, batch_size=5_000)
    return GRANTS


def main() -> None:
    """Download the file as a browser does, a chunk at a time."""
    from django.test import Client

    address = f"/{SLUG}/subventions.csv"
    client = Client(HTTP_HOST="localhost")
    client.get(f"{address}?au=2018-06-29")
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = sum(chunk.count(b"\n") for chunk in client.get(address).streaming_content)
    sys.stdout.write(f"{lines - 1} {idle:.1f}\n")


if __name__ == "__main__":
    django.setup()
    main()
