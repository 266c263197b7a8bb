"""``assess rules diff``: the smallest situation, confirmed by running both, or the proof that none differs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from assess.cli import run_command
from assess.content import content
from assess.ruleset.load import load_ruleset
from tests.conftest import ROOT

RULES = str(content("rules"))


def _copy(into: Path, *edits: tuple[str, str, str]) -> Path:
    folder = into / "new"
    shutil.copytree(content("rules"), folder, ignore=shutil.ignore_patterns("cases"))
    for file, old, new in edits:
        path = folder / file
        before = path.read_text(encoding="utf-8")
        assert old in before, (file, old)
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
    return folder


DOOR = ("conditions.yaml", "{all: [emb.access >= 2, emb.regard >= 2,", "{all: [emb.access >= 3, emb.regard >= 2,")


def _diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run_command(["rules", "diff", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_one_threshold_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The smallest situation, run once more as a file by both rule sets: stage 2 with one, stage 1 with the other."""
    new = str(_copy(tmp_path, DOOR))
    code, found = _diff(capsys, RULES, new)
    assert code == 1
    (difference,) = found["differences"]
    assert (difference["kind"], difference["subjects"]) == ("stage", ["2"])
    (rule,) = difference["rules"]
    assert rule["rule"] == "condition:door-open"
    assert [place.rpartition("/")[2] for place in rule["places"]] == ["conditions.yaml:11:11"] * 2
    readings = difference["witness"]["readings"]
    assert readings["emb.access"] == 2
    assert len(readings) == 14
    file = tmp_path / "witness.yaml"
    file.write_text(yaml.safe_dump({"assess": 1, "id": "w", "wave": {"date": "2000-01-01"}, "readings": readings}))
    stages = []
    for rules in (RULES, new):
        assert run_command(["run", "--json", "--engine", "reference", "--rules", rules, str(file)]) == 0
        stages.append(json.loads(capsys.readouterr().out)["stage"]["possible"])
    assert stages == [[2], [1]]


def test_each_kind_by_its_own_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pattern, a check, a strategy's stages and an adaptation, each changed alone, each with its own situation."""
    new = _copy(
        tmp_path,
        ("patterns.yaml", "- emb.autonomy <= 1", "- emb.autonomy <= 0"),
        ("screening.yaml", "when: emb.mandate >= 3", "when: emb.mandate >= 2"),
        ("strategies/embedding.yaml", "stages: [1, 2, 3]", "stages: [2, 3]"),
        ("strategies/embedding.yaml", "for: {condition: emb.autonomy <= 1}", "for: {condition: emb.autonomy <= 2}"),
    )
    code, found = _diff(capsys, RULES, str(new))
    assert code == 1
    kinds = {
        (difference["kind"], *difference["subjects"]): [rule["rule"] for rule in difference["rules"]]
        for difference in found["differences"]
    }
    assert kinds[("pattern", "absorption")] == ["pattern:absorption"]
    assert kinds[("decision", "written-basis")] == ["check:written-basis"]
    assert kinds[("list", "reflection")] == ["strategy:reflection"]
    (adaptation,) = [key for key in kinds if key[0] == "adaptation"]
    assert len(kinds) == 4, adaptation


def test_the_same_rules_reordered_and_written_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = _copy(
        tmp_path,
        ("conditions.yaml", "{all: [emb.access >= 2, emb.regard >= 2, emb.contact >= 2]}",
         "{at_least: 3, of: [emb.contact >= 2, {not: emb.access <= 1}, emb.regard >= 2]}"),
        ("conditions.yaml", "{any: [mut.shaping >= 2, {all: [mut.adapt >= 2, mut.exchange >= 2]}]}",
         "{all: [{any: [mut.shaping >= 2, mut.adapt >= 2]}, {any: [mut.exchange >= 2, mut.shaping >= 2]}]}"),
        ("stages.yaml", "[mandate-written, foothold]", "[foothold, mandate-written]"),
    )  # fmt: skip
    for file in ("patterns", "strategies/embedding", "strategies/mutual-construction"):
        path = new / f"{file}.yaml"
        ruleset = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        (key,) = ruleset
        path.write_text(yaml.safe_dump({key: ruleset[key][::-1]}, allow_unicode=True), encoding="utf-8")
    _plain_numbers(new)
    assert load_ruleset(new)[1] == []
    code, found = _diff(capsys, RULES, str(new))
    assert (code, found["same"], found["proved_where_unknown"], found["differences"]) == (0, True, True, [])
    assert run_command(["rules", "diff", RULES, str(new), "--lang", "en"]) == 0
    assert "No situation differs" in capsys.readouterr().out


def _plain_numbers(folder: Path) -> None:
    """Numbers that the plain loader read as text, written without quotation marks again."""
    for path in [folder / "patterns.yaml", *(folder / "strategies").glob("*.yaml")]:
        text = path.read_text(encoding="utf-8")
        lines = [
            line.replace("'", "") if line.strip().startswith("- '") and line.strip()[3:-1].isdigit() else line
            for line in text.splitlines()
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_on_real_relations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The relations that ``--on`` names are those whose verdicts differ, run one by one."""
    new = str(_copy(tmp_path, DOOR))
    district = content("examples") / "district"
    code, found = _diff(capsys, RULES, new, "--on", str(district))
    assert code == 1
    table = found["table"]
    named = {row["community"] for row in table["changed"]}
    assert 0 < len(named) < table["relations"]
    row = next(row for row in table["changed"] if any(e["kind"] == "stage" for e in row["effects"]))
    (stage,) = [effect for effect in row["effects"] if effect["kind"] == "stage"]
    assert stage["old"] != stage["new"]


def test_ids_that_only_one_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = _copy(
        tmp_path,
        ("conditions.yaml", "conditions:\n", "conditions:\n  idle: {says: {zh: 无, en: No}, when: emb.access >= 1}\n"),
        ("screening.yaml", "  - id: residents-know", "  - id: residents-informed"),
    )  # fmt: skip
    code, found = _diff(capsys, RULES, str(new))
    assert code == 1
    assert found["added"] == {"conditions": ["idle"], "checks": ["residents-informed"]}
    assert found["removed"] == {"checks": ["residents-know"]}
    assert found["differences"] == []


def test_rule_sets_of_two_fields(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = _diff(capsys, RULES, str(ROOT / "tests" / "tiny" / "rules"))
    assert code == 1
    assert "strategies" in found["removed"]
    assert [difference["kind"] for difference in found["differences"]] == ["stage"] * 4


def test_broken_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rules", "diff", RULES, str(tmp_path / "nowhere")]) == 2
    (tmp_path / "t.csv").write_text("nonsense\n1\n")
    assert run_command(["rules", "diff", RULES, RULES, "--on", str(tmp_path / "t.csv")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "community" in printed.err
