"""Makes the portfolio of this folder: twenty-four assessments of a district that does not exist, three of them broken.

Run from the top of the project: ``python examples/district/make.py``. The same seed gives the same files.

Every relation has a level and a *shape*, which says how its assessment came about: ``complete`` (both sides, documents
and some residents answered), ``sparse`` (a handful of answers), ``one-sided`` (the organization alone), ``disputed``
(the two sides tell different stories) and ``not-applicable`` (some of what is asked has no meaning in the place).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from assess.content import content
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import Indicator, RuleSet

SEED = 20260630
HEAD = "# Constructed for illustration: the district, its communities and every rating are made up.\n"
PLACES = (
    ("榆园", "Yuyuan"), ("石桥", "Shiqiao"), ("南塘", "Nantang"), ("青松里", "Qingsongli"), ("机床厂", "Jichuangchang"),
    ("柳岸", "Liu'an"), ("新梧", "Xinwu"), ("东营房", "Dongyingfang"), ("花溪", "Huaxi"), ("铁西", "Tiexi"),
    ("望山", "Wangshan"), ("纺织二村", "Fangzhi Ercun"), ("长堤", "Changdi"), ("和顺", "Heshun"),
    ("菜园坝", "Caiyuanba"), ("锦云", "Jinyun"), ("北窑", "Beiyao"), ("双井", "Shuangjing"), ("文昌阁", "Wenchangge"),
    ("龙湾", "Longwan"), ("桂香", "Guixiang"),
    ("水泥厂", "Shuinichang"), ("三元里", "Sanyuanli"), ("平江", "Pingjiang"),
)  # fmt: skip
ORGANIZATIONS = (("org-a", "同行社工", "Tongxing Social Work"), ("org-b", "春泥社工", "Chunni Social Work"))
TYPES = ("old-danwei", "commodity", "old-danwei", "resettlement", "commodity", "old-danwei", "mixed", "commodity")
SHAPES = ("complete", "sparse", "one-sided", "disputed", "complete", "not-applicable")
BROKEN = {8: "rating", 16: "indicator", 23: "twice"}
DOCUMENTED = 0.5  # of what documents can know, how much is on file
RESIDENTS = 6


def main(folder: Path) -> None:
    """Write the files into ``folder``."""
    ruleset, problems = load_ruleset(content("rules"))
    if ruleset is None:
        sys.exit(str(problems))
    for number in range(1, len(PLACES) + 1):
        choose = random.Random(SEED + number)
        text = "\n".join(_lines(number, ruleset, choose)) + "\n"
        (folder / f"{number:02}-{SHAPES[number % len(SHAPES)]}.yaml").write_text(text, encoding="utf-8")


def _lines(number: int, ruleset: RuleSet, choose: random.Random) -> Iterator[str]:
    shape, (zh, en) = SHAPES[number % len(SHAPES)], PLACES[number - 1]
    org, org_zh, org_en = ORGANIZATIONS[number % len(ORGANIZATIONS)]
    yield HEAD + "assess: 1"
    yield f"id: qingyu-{number:02}"
    yield f"organization: {{id: {org}, name: {{zh: {org_zh}, en: {org_en}}}}}"
    yield f'committee: {{id: c{number:02}, name: {{zh: {zh}社区居委会, en: "Neighbourhood committee of {en}"}}}}'
    yield f"community: {{type: {TYPES[number % len(TYPES)]}, attributes: {{{_attributes(ruleset, choose)}}}}}"
    yield f"wave: {{date: 2026-06-{choose.randint(1, 30):02}}}"
    evidence = list(_evidence(shape, choose.uniform(0.8, 3.4), ruleset, choose))
    if number in BROKEN:
        _break(BROKEN[number], evidence)
    yield "evidence:"
    yield from (f"  - {{{item}}}" for item in evidence)
    if number % 3 == 0:
        yield "actions:"
        for strategy in choose.sample(ruleset.strategies, 2):
            state = choose.choice(("planned", "under-way", "done"))
            yield f"  - {{strategy: {strategy.id}, since: 2026-0{choose.randint(1, 5)}, state: {state}}}"


def _attributes(ruleset: RuleSet, choose: random.Random) -> str:
    stated = choose.sample(ruleset.attributes, 4)
    return ", ".join(f"{one.id}: {choose.choice(one.level_ids)}" for one in stated)


def _evidence(shape: str, level: float, ruleset: RuleSet, choose: random.Random) -> Iterator[str]:
    for indicator in ruleset.indicators:
        truth = level + choose.uniform(-0.7, 0.7)
        if shape == "not-applicable" and choose.random() < 0.12:
            yield _item(indicator, "swo", "S1", "not-applicable")
            continue
        if shape == "sparse" and choose.random() > 0.25:
            continue
        yield from _answers(shape, indicator, truth, choose)


def _answers(shape: str, indicator: Indicator, truth: float, choose: random.Random) -> Iterator[str]:
    # What the two sides see differs by as much as their shape says; documents lie between them.
    apart = 1.1 if shape == "disputed" and choose.random() < 0.5 else 0.0
    if "swo" in indicator.sources:
        yield _item(indicator, "swo", "S1", _rating(indicator, truth + apart, choose))
    if shape == "one-sided":
        return
    if "committee" in indicator.sources:
        yield _item(indicator, "committee", "J1", _rating(indicator, truth - apart, choose))
    if shape == "sparse":
        return
    if "document" in indicator.sources and (shape != "disputed" or not apart) and choose.random() < DOCUMENTED:
        yield _item(indicator, "document", "D1", _rating(indicator, truth, choose))
    if "residents" in indicator.sources and shape == "complete":
        for place in range(RESIDENTS):
            yield _item(indicator, "residents", f"R{place + 1}", _rating(indicator, truth, choose))


def _rating(indicator: Indicator, truth: float, choose: random.Random) -> int:
    return min(max(round(truth + choose.uniform(-0.35, 0.35)), 0), indicator.highest)


def _item(indicator: Indicator, source: str, respondent: str, rating: int | str) -> str:
    return f"indicator: {indicator.id}, source: {source}, respondent: {respondent}, rating: {rating}"


def _break(how: str, evidence: list[str]) -> None:
    """Put a mistake into an assessment, as people make them."""
    first = evidence[0]
    if how == "rating":
        evidence[0] = first.rpartition(" ")[0] + " 7"
    elif how == "indicator":
        evidence[0] = first.replace("emb.", "emd.", 1)
    else:
        evidence.insert(1, first.rpartition(" ")[0] + (" 0" if first[-1] != "0" else " 1"))


if __name__ == "__main__":
    main(Path(__file__).parent)
