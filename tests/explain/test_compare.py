"""Change between waves: what is told is what the two verdicts and files say; other relations are refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from assess.cli import run_command
from assess.evidence.model import Assessment, Organization
from assess.explain.change import Between, Change, Comparison, Differs, WaveJudged, compare, differing
from assess.judge import judge
from assess.ruleset.model import RuleSet
from assess.schemas import comparison_schema, whatif_schema
from assess.situation import of_assessment
from tests.conftest import EXAMPLES, ROOT

WAVES = [str(EXAMPLES / f"wave-{number}.yaml") for number in (1, 2, 3)]
ACTIONS = """
actions:
  - {strategy: small-win, since: 2016-10, until: 2016-12, state: done}
  - {strategy: micro-grants, state: planned}
"""

# What the terminal says, without its blanks and line breaks.
ON_FILE = {
    "zh": ["小事见效：建议做；已完成，2016年10月31日至2016年12月31日", "：建议做；没有登记", "：上次没有建议；计划中"],
    "en": ["Onesmallsuccess:recommended;done,31October2016–31December2016", "hadnotbeenadvised;planned"],
}
SAID = {
    "zh": [
        "阶段：第一阶段“关系嵌入”→第二阶段“双向互构”",
        "2017年3月15日：居委会换届",
        "进入开放度：1级→2至3级（机构1级→2至3级；居委会1级→3级）",
        "不说明谁引起了谁",
    ],
    "en": [
        "Stage:stage1(“Relationshipembedding”)→stage2(“Mutualconstruction”)",
        "15March2017:",
        "Opennessofaccess:1→2–3(organization1→2–3;committee1→3)",
        "doesnotshowthatonecausedtheother",
    ],
}


@pytest.fixture
def compared(ruleset: RuleSet, example: Callable[[str], Assessment]) -> Comparison:
    """The three waves, given in another order than that of their dates."""
    return compare([judged(ruleset, example(f"wave-{number}")) for number in (3, 1, 2)])


def judged(ruleset: RuleSet, assessment: Assessment) -> WaveJudged:
    return WaveJudged(assessment, judge(ruleset, of_assessment(assessment, ruleset)))


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, *arguments: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["assess"])
    monkeypatch.setenv("LC_ALL", {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[language])
    code = run_command(["compare", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_waves_stand_in_the_order_of_their_dates(compared: Comparison) -> None:
    assert [wave.id for wave in compared.waves] == ["m-community-1", "m-community-2", "m-community-3"]
    assert [(change.from_, change.to) for change in compared.changes] == [
        ("m-community-1", "m-community-2"),
        ("m-community-2", "m-community-3"),
    ]
    assert [change.difference.after.possible for change in compared.changes] == [(2,), (3,)]
    assert compared.differs == ()


def test_what_moved_is_what_the_verdicts_differ_in(
    ruleset: RuleSet, example: Callable[[str], Assessment], compared: Comparison
) -> None:
    first, second = (judged(ruleset, example(name)).verdict for name in ("wave-1", "wave-2"))
    found = compared.changes[0].difference
    for one in found.readings:
        before, after = first.readings[one.indicator], second.readings[one.indicator]
        assert (one.before, one.after) == ((before.floor, before.ceiling), (after.floor, after.ceiling))
        sources = {*before.positions, *after.positions}
        assert {move.source for move in one.by} == {
            source for source in sources if _ends(before.positions.get(source)) != _ends(after.positions.get(source))
        }
    unmoved = set(first.readings) - {one.indicator for one in found.readings}
    assert all(_ends(first.readings[name]) == _ends(second.readings[name]) for name in unmoved)
    turned = {flip.key for flip in found.flips}
    for kind, one_truths, other_truths in (
        ("condition", first.conditions, second.conditions),
        ("gate", first.stage.gates, second.stage.gates),
        ("pattern", first.patterns, second.patterns),
    ):
        assert {name for name, truth in one_truths.items() if truth != other_truths[name]} == {
            key.removeprefix(f"{kind}:") for key in turned if key.startswith(f"{kind}:")
        }
    assert {"gate:2", "condition:door-open", "pattern:exclusion", "check:access-secured"} <= turned


def _ends(one: object) -> tuple[int, int] | None:
    return (one.floor, one.ceiling) if one is not None else None  # type: ignore[attr-defined]


def test_events_between_two_waves_are_told_once(compared: Comparison, example: Callable[[str], Assessment]) -> None:
    first, second = example("wave-1"), example("wave-2")
    found = compared.changes[0].events
    assert Between(type="committee-election", date="2017-03-15") in found
    assert len(set(found)) == len(found)
    assert [one.date for one in found] == sorted(one.date for one in found)
    for one in found:
        assert first.wave.date < date.fromisoformat(one.date) <= second.wave.date
    assert not {one.date for one in compared.changes[1].events} & {one.date for one in found}


def test_what_had_been_advised_and_what_is_on_file_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later = tmp_path / "later.yaml"
    later.write_text(Path(WAVES[1]).read_text(encoding="utf-8") + ACTIONS, encoding="utf-8")
    code, out, _ = run(monkeypatch, capsys, "en", "--json", str(later), WAVES[0])
    assert code == 0
    jsonschema.validate(json.loads(out), json.loads(comparison_schema()))
    (change,) = (Change.model_validate_json(json.dumps(one)) for one in json.loads(out)["changes"])
    advised = {one.id: one for one in change.advised}
    done = advised["small-win"]
    assert (done.advised, done.state, done.since, done.until) == ("recommended", "done", "2016-10-31", "2016-12-31")
    assert (advised["tripartite"].advised, advised["tripartite"].state) == ("recommended", None)
    assert (advised["micro-grants"].advised, advised["micro-grants"].state) == (None, "planned")
    for language, words in ON_FILE.items():
        shown = "".join(run(monkeypatch, capsys, language, WAVES[0], str(later), "--lang", language)[1].split())
        assert [word for word in words if word not in shown] == []


@pytest.mark.parametrize("language", SAID)
def test_on_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str) -> None:
    code, out, _ = run(monkeypatch, capsys, language, *WAVES, "--lang", language)
    assert code == 0
    shown = "".join(out.split())
    assert [words for words in SAID[language] if words not in shown] == []


def test_what_is_stated_otherwise(ruleset: RuleSet, example: Callable[[str], Assessment]) -> None:
    second = example("wave-2")
    moved = second.model_copy(
        update={"community": second.community.model_copy(update={"type": "commodity", "attributes": {}})}
    )
    found = compare([judged(ruleset, example("wave-1")), judged(ruleset, moved)]).changes[0].community
    stated = {one.name: (one.before, one.after) for one in found}
    assert stated["type"] == (example("wave-1").community.type, "commodity")
    assert all(after is None for name, (_, after) in stated.items() if name != "type")
    assert set(stated) == {"type", *example("wave-1").community.attributes}


# --- other relations -----------------------------------------------------------------------------------------------


def test_sides_are_the_same_by_id_or_by_name(example: Callable[[str], Assessment]) -> None:
    one = example("wave-1")

    def named(**side: object) -> Assessment:
        return one.model_copy(update={"organization": Organization.model_validate(side)})

    assert list(differing([named(id="a", name="x"), named(id="a", name="y")])) == []
    assert list(differing([named(id="a", name="x"), named(id="b", name="x")])) == [Differs.ORGANIZATION]
    assert list(differing([named(name={"zh": "甲", "en": "x"}), named(id="b", name="x")])) == []
    assert list(differing([named(name="x"), named(name="y")])) == [Differs.ORGANIZATION]
    unstated = one.model_copy(update={"organization": None})
    assert list(differing([one, unstated])) == [Differs.ORGANIZATION_NOT_STATED]


def test_another_relation_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    text = Path(WAVES[1]).read_text(encoding="utf-8")
    assert "organization: {id: " in text
    other.write_text(text.replace("organization: {id: ", "organization: {id: another-"), encoding="utf-8")
    for language, words in (("zh", "另一个机构"), ("en", "names another organization")):
        code, out, err = run(monkeypatch, capsys, language, WAVES[0], str(other))
        assert (code, out) == (2, "")
        assert words in err
        assert "--force" in err
    code, out, _ = run(monkeypatch, capsys, "en", WAVES[0], str(other), "--force", "--json")
    assert code == 0
    assert json.loads(out)["differs"] == ["organization"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_wave_or_one_day_cannot_be_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    code, out, _ = run(monkeypatch, capsys, language, WAVES[0])
    assert (code, out) == (2, "")
    code, out, err = run(monkeypatch, capsys, language, WAVES[0], WAVES[0])
    assert (code, out) == (2, "")
    assert "2016-09-30" in err
    code, out, err = run(monkeypatch, capsys, language, WAVES[0], "nowhere.yaml")
    assert (code, out) == (2, "")
    assert "nowhere.yaml" in err


def test_documents_list_the_codes_and_have_the_schemas() -> None:
    listed = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert [code for code in Differs if f"`{code}`" not in listed] == []
    for name, schema in (("comparison", comparison_schema), ("whatif", whatif_schema)):
        assert (ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8") == schema()
