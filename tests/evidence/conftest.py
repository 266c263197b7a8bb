"""A form that was filled in with the first wave of M community, for three sources."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assess.catalogue import catalogue
from assess.evidence.forms import write_form
from assess.evidence.model import Assessment
from assess.ruleset.model import RuleSet
from tests.evidence.spoiled import filled

SOURCES = ("swo", "committee", "residents")


@pytest.fixture(scope="session")
def form(ruleset: RuleSet) -> bytes:
    return write_form(ruleset, ruleset.sources, catalogue("zh"))


@pytest.fixture(scope="session")
def wave(example: Callable[[str], Assessment], ruleset: RuleSet) -> Assessment:
    """What the filled form states: the ratings of three sources, without notes, in the order of the rule set."""
    whole = example("wave-1")
    order = list(ruleset.source)
    items = [item for item in whole.evidence if item.source in SOURCES]
    items.sort(key=lambda item: (ruleset.order[item.indicator], order.index(item.source)))
    plain = [item.model_copy(update={"note": None}) for item in items]
    return Assessment(
        assess=1, id=whole.id, community=whole.community, wave=whole.wave.model_copy(update={"label": None}),
        evidence=tuple(plain), events=whole.events,
    )  # fmt: skip


@pytest.fixture(scope="session")
def workbook(form: bytes, wave: Assessment) -> bytes:
    return filled(form, wave, SOURCES)
