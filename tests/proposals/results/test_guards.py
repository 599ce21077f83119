"""What the database refuses of indicators, and says in French."""

from datetime import date

import pytest

from proposals.models import IndicatorTarget, IndicatorValue
from tests import factories as make
from tests.proposals.test_guards import refused

pytestmark = pytest.mark.django_db


def test_targets_and_values_are_written_once():
    target, value = make.IndicatorTargetFactory(), make.IndicatorValueFactory()
    with refused("indicator_target_append_only"):
        IndicatorTarget.objects.filter(pk=target.pk).update(value=1)
    with refused("indicator_value_append_only"):
        IndicatorValue.objects.filter(pk=value.pk).delete()


def test_what_lines_count_from_stays():
    indicator = make.IndicatorTargetFactory().indicator
    indicator.title = "Autrement dit"
    indicator.save()
    indicator.unit = "euros"
    with refused("indicator_frozen", "ne changent plus"):
        indicator.save()


def test_an_indicator_is_about_its_own_strategy():
    with refused("indicator_same_strategy", "autre stratégie"):
        make.IndicatorFactory(strategy=make.StrategyFactory(), action=make.ActionFactory())


def test_a_context_figure_has_no_target():
    with refused("indicator_context_has_no_target", "pas de cible"):
        make.IndicatorTargetFactory(indicator__is_context=True)


def test_replacing_and_taking_back_say_why_and_take_something_back():
    indicator = make.IndicatorValueFactory().indicator
    with refused("indicator_value_replaced_with_motive", "31/12/2018"):
        make.IndicatorValueFactory(indicator=indicator, value=41)
    make.IndicatorValueFactory(indicator=indicator, value=41, motive="Doublon")
    make.IndicatorValueFactory(indicator=indicator, value=None, motive="Erreur")
    with refused("indicator_value_withdraws_something"):
        make.IndicatorValueFactory(indicator=indicator, value=None, motive="Encore")
    with refused("indicator_value_withdraws_something"):
        make.IndicatorValueFactory(
            indicator=indicator, measured_on=date(2018, 11, 1), value=None, motive="Rien"
        )
