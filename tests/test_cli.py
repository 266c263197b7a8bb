"""The command line as its users meet it: results on standard output, messages on standard error, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from assess.catalogue import catalogue
from assess.cli import assess, run_command
from assess.cli_help import language_of
from assess.ruleset import show
from assess.ruleset.model import RuleSet
from assess.schemas import assessment_schema, verdict_schema
from assess.yamlfile import read
from tests.conftest import EXAMPLES, ROOT

WAVES = [str(EXAMPLES / f"wave-{number}.yaml") for number in (1, 2, 3)]
SPARSE = str(EXAMPLES / "sparse.yaml")
COMMANDS = [
    ["run"],
    ["report"],
    ["compare"],
    ["demo"],
    ["rules"],
    ["rules", "check"],
    ["rules", "show"],
    ["schema"],
    ["completion"],
    ["form"],
    ["import"],
]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setattr(sys, "argv", ["assess"])


def test_run_shows_a_short_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", "--engine", "reference", WAVES[0]]) == 0
    shown = capsys.readouterr().out
    for words in (
        "Relationship embedding",
        "How sure",
        "Exclusion",
        "What we do not know yet",
        "The way to the next stage",
    ):
        assert words in shown
    assert "\x1b[" not in shown, "no colours where nobody sees them"


@pytest.mark.parametrize(("language", "words"), [("zh", "现处第三阶段"), ("en", "at stage 3")])
def test_run_speaks_both_languages(capsys: pytest.CaptureFixture[str], language: str, words: str) -> None:
    assert run_command(["run", "--engine", "reference", "--lang", language, WAVES[2]]) == 0
    assert words in capsys.readouterr().out


def test_json_is_one_object_or_an_array_and_keeps_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(verdict_schema())
    assert run_command(["run", "--json", SPARSE]) == 0
    single = json.loads(capsys.readouterr().out)
    assert run_command(["run", "--json", *WAVES, SPARSE]) == 0
    several = json.loads(capsys.readouterr().out)
    assert [one["stage"]["floor"] for one in several] == [1, 2, 3, 1]
    assert several[3] == single
    for verdict in several:
        jsonschema.validate(verdict, schema)


def test_good_files_are_done_and_bad_ones_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(Path(WAVES[0]).read_text(encoding="utf-8").replace("rating: 2", "rating: 7", 1), encoding="utf-8")
    assert run_command(["run", "--json", WAVES[1], str(broken)]) == 2
    shown = capsys.readouterr()
    assert [one["assessment"]["id"] for one in json.loads(shown.out)] == ["m-community-2"]
    assert f"{broken}:12:72:" in shown.err


def test_trail_and_reading(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", "--json", "--reading", "hull", "--engine", "reference", WAVES[0]]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["reading"] == "hull"
    assert verdict["stage"]["possible"] == [0, 1]
    assert "trail" not in verdict


def test_report_is_written_whole_and_never_over_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert run_command(["report", WAVES[0], "-o", str(target)]) == 0
    first = target.read_bytes()
    target.write_bytes(b"mine")
    assert run_command(["report", WAVES[0], "-o", str(target)]) == 2
    assert target.read_bytes() == b"mine"
    assert "--force" in capsys.readouterr().err
    assert run_command(["report", WAVES[0], "-o", str(target), "--force"]) == 0
    assert target.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"], "no temporary file is left"


@pytest.mark.parametrize("name", ["report.doc", "report", "no/such/folder/report.pdf"])
def test_a_report_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    assert run_command(["report", WAVES[0], "-o", str(tmp_path / name)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_demo_writes_into_a_new_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["demo"]) == 0
    shown = capsys.readouterr().out
    for stage in ("stage 1", "stage 2", "stage 3"):
        assert stage in shown
    made = sorted(path.name for path in (tmp_path / "assess-demo").iterdir())
    assert len(made) == 21
    assert run_command(["demo", "assess-demo"]) == 2
    assert "--force" in capsys.readouterr().err
    assert run_command(["demo"]) == 0
    assert (tmp_path / "assess-demo-2").is_dir(), "the first one is left alone"
    for name in made:
        same = (tmp_path / "assess-demo-2" / name).read_bytes() == (tmp_path / "assess-demo" / name).read_bytes()
        assert same, f"{name}: same input, same bytes"


def test_standard_input(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assess", "run", "--json", "--engine", "reference", "-"]
    done = subprocess.run(command, input=Path(WAVES[0]).read_bytes(), capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stage"]["floor"] == 1


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m assess run --json --engine reference {' '.join(WAVES * 4)} | head -c 10"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""


# --- help and usage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", [[], *COMMANDS], ids=" ".join)
def test_help_has_examples_and_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str], language: str
) -> None:
    monkeypatch.setenv("LANG", {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[language])
    assert run_command([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert {"zh": "示例", "en": "Examples"}[language] in shown
    assert {"zh": "退出码", "en": "Exit codes"}[language] in shown
    assert "assess " + " ".join(command) in shown


def test_help_needs_no_heavy_import() -> None:
    code = (
        "import sys; from assess.cli import run_command; run_command(['run', '--help']); "
        "heavy = {'jinja2', 'typst', 'rich', 'z3', 'polars', 'durable', 'pydantic'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["runn"], 'Did you mean "run"?'),
        (["run"], "FILE is missing"),
        (["run", "--jsn", SPARSE], 'Did you mean "--json"?'),
        (["run", "--engine", "fast", SPARSE], "reference, durable or columnar"),
        (["run", "--engine"], "needs a value"),
        (["report", SPARSE], "--output"),
        (["report", SPARSE, SPARSE, "-o", "x.pdf"], "too many"),
        (["rules", "show", "emb.acces"], 'Did you mean "emb.access"?'),
        (["run", "no-such-file.yaml"], 'no file "no-such-file.yaml"'),
        (["run", "--rules", "no-such-folder", SPARSE], "no rule-set folder"),
    ],
)
def test_wrong_usage_is_told_in_a_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert run_command(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert words in shown.err
    assert "Traceback" not in shown.err


def test_a_defect_of_ours_says_how_to_report_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("of our own making")

    monkeypatch.setattr("assess.inputs.judge", fail)
    monkeypatch.delenv("ASSESS_DEBUG", raising=False)
    assert run_command(["run", "--engine", "reference", SPARSE]) == 3
    shown = capsys.readouterr().err
    assert "RuntimeError: of our own making" in shown
    assert "report it" in shown


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        (["run", "--lang", "zh"], {"LANG": "C"}, "zh"),
        (["run", "--lang=en"], {"LANG": "zh_TW"}, "en"),
    ],
)
def test_language(arguments: list[str], environment: dict[str, str], expected: str) -> None:
    assert language_of(arguments, environment) == expected


# --- rule sets, schemas, completion ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_entry_can_be_shown(ruleset: RuleSet, language: str) -> None:
    for wanted in show.ids(ruleset):
        (entry,) = show.entries(ruleset, wanted, catalogue(language))
        assert entry.name
        assert all(label and value for label, value in entry.rows)


def test_rules_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rules", "show", "emb.access", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    for words in ("emb.access", "condition:door-open", "type:commodity", "strategy:street-coordination"):
        assert words in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rules_check(capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert run_command(["rules", "check", "--lang", language]) == 0
    assert "36" in capsys.readouterr().out


def test_assessment_schema_admits_the_examples_and_knows_ids(ruleset: RuleSet) -> None:
    schema = json.loads(assessment_schema(ruleset))
    for path in EXAMPLES.glob("*.yaml"):
        document, problems = read(path.read_bytes(), str(path))
        assert not problems
        jsonschema.validate(document.data, schema)
    broken = {
        "assess": 1,
        "id": "x",
        "wave": {"date": "2020"},
        "evidence": [{"indicator": "emb.acess", "source": "swo", "rating": 1}],
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert run_command(["completion", shell]) == 0
    assert "_ASSESS_COMPLETE" in capsys.readouterr().out


def test_completion_completes() -> None:
    environment = {**os.environ, "_ASSESS_COMPLETE": "bash_complete", "COMP_WORDS": "assess ru", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "from assess.cli import main; main()"],
        capture_output=True, text=True, env=environment, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.split() == ["plain,rules", "plain,run"] or "plain,run" in done.stdout.split()


def test_every_command_has_its_words() -> None:
    functions = [command.callback for command in (assess, *assess.commands.values())]
    for language in ("zh", "en"):
        words = catalogue(language)
        for name in (getattr(function, "__name__", "") for function in functions):
            for part in ("short", "help", "examples"):
                assert words.has(f"cli.{name}.{part}"), (language, name, part)
