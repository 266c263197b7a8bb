"""A district's folder as an officer gets it: workbooks and assessment files in five shapes, three of them broken.

python -m benchmarks.folder DIR --projects 300

The shapes: one workbook a project; one that went through other hands and programs; a subfolder with a workbook a
source; YAML or JSON; two waves of one project. Everything is made up; the same seed gives the same ratings.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from assess.catalogue import catalogue
from assess.content import content
from assess.ruleset.load import load_ruleset
from assess.ruleset.model import Indicator, RuleSet
from benchmarks.workbooks import Forms, broken_rating, hand_on

SHAPES = ("workbook", "handed-on", "parts", "written", "waves")
KINDS = ("complete", "disputed", "one-sided", "sparse", "not-applicable")
BROKEN = ("truncated", "rating", "stranger")
PLACES = (
    "榆园", "石桥", "南塘", "青松里", "机床厂", "柳岸", "新梧", "东营房", "花溪", "铁西", "望山", "纺织二村", "长堤",
    "和顺", "菜园坝", "锦云", "北窑", "双井", "文昌阁", "龙湾",
)  # fmt: skip
PARTS = ("", "东", "西", "南", "北", "一村", "二村", "三村", "新村", "花园", "家园", "北苑", "南苑", "东里", "西里")
ORGANIZATIONS = ("同行社工", "春泥社工", "彩虹社工", "安居社工")
RESPONDENTS = {"swo": ("S1", "S2"), "committee": ("J1",), "document": ("D1",), "observer": ("G1",)}
LATEST, YEAR = date(2026, 6, 1), 365
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """One assessment of the folder: its files, what it is called, what it states, and how it was broken."""

    files: tuple[Path, ...]
    called: str
    data: Data
    broken: str = ""


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--projects", type=click.IntRange(5), default=300, show_default=True, help="How many.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same ratings.")
def main(folder: Path, projects: int, seed: int) -> None:
    """Write the folder, say what is in it."""
    ruleset, problems = load_ruleset(content("rules"))
    if ruleset is None:
        raise click.ClickException(str(problems))
    written = write_folder(folder, projects, ruleset, seed=seed)
    files = sum(len(one.files) for one in written)
    click.echo(f"{projects} projects, {len(written)} assessments, {files} files in {folder}")


def write_folder(folder: Path, projects: int, ruleset: RuleSet, *, seed: int = 1) -> list[Written]:
    """Write the folder; what it holds comes back, assessment by assessment."""
    folder.mkdir(parents=True)
    forms = Forms(ruleset, catalogue("zh"))
    spoilt = dict(zip((projects // 4, projects // 2, projects - 1), BROKEN, strict=True))
    return [
        one
        for number in range(projects)
        for one in _Project(number, ruleset, seed).written(folder, forms, spoilt.get(number, ""))
    ]


class _Project:
    """One project: a community, how its evidence came about, and in what shape it was sent in."""

    def __init__(self, number: int, ruleset: RuleSet, seed: int) -> None:
        self.number = number
        self.ruleset = ruleset
        self.choose = random.Random(f"{seed}-{number}")
        self.place = PLACES[number % len(PLACES)] + PARTS[number // len(PLACES) % len(PARTS)] + "社区"
        self.kind = KINDS[number // len(SHAPES) % len(KINDS)]
        self.level = self.choose.uniform(0.3, 4.2)
        # Nobody is equally far in everything.
        self.ahead = {one.id: self.choose.uniform(-0.9, 0.9) for one in ruleset.dimensions}

    def written(self, folder: Path, forms: Forms, broken: str) -> Iterator[Written]:
        """Write the files of this project."""
        if broken:
            yield self._broken(folder, forms, broken)
            return
        shape = SHAPES[self.number % len(SHAPES)]
        write: Mapping[str, Callable[[Path, Forms], Iterator[Written]]] = {
            "workbook": self._workbook, "handed-on": self._handed_on, "parts": self._parts,
            "written": self._written, "waves": self._waves,
        }  # fmt: skip
        yield from write[shape](folder, forms)

    # --- shapes --------------------------------------------------------------------------------------------------

    def _workbook(self, folder: Path, forms: Forms) -> Iterator[Written]:
        data = self.data()
        path = folder / f"{self.number + 1:03} {self.place}.xlsx"
        path.write_bytes(forms.filled(data))
        yield Written((path,), data["id"], data)

    def _handed_on(self, folder: Path, forms: Forms) -> Iterator[Written]:
        # Nobody gave it an id, so it is called by its file.
        path = folder / f"{self.place}（已填）.xlsx"
        data = self.data() | {"id": path.stem}
        path.write_bytes(hand_on(forms.book({**data, "id": None}), self.choose))
        yield Written((path,), path.stem, data)

    def _parts(self, folder: Path, forms: Forms) -> Iterator[Written]:
        data = self.data() | {"id": self.place}
        inside = folder / self.place
        inside.mkdir()
        files = []
        for source in self.ruleset.sources:
            own = [item for item in data["evidence"] if item["source"] == source.id]
            if own:
                files.append(inside / f"{source.name['zh']}.xlsx")
                part = {**data, "id": None, "evidence": own, "events": data["events"] if len(files) == 1 else []}
                files[-1].write_bytes(forms.filled(part, source.id))
        yield Written(tuple(files), self.place, data)

    def _written(self, folder: Path, _: Forms) -> Iterator[Written]:
        data = self.data()
        as_json = self.number // len(SHAPES) % 2
        text = json.dumps(data, ensure_ascii=False, indent=1) if as_json else yaml.safe_dump(data, allow_unicode=True)
        path = folder / f"{self.place}{'.json' if as_json else '.yaml'}"
        path.write_text(text, encoding="utf-8")
        yield Written((path,), data["id"], data)

    def _waves(self, folder: Path, forms: Forms) -> Iterator[Written]:
        for before in (1, 0):
            self.level = min(self.level + 0.6 * (1 - before), 4.2)
            data = self.data(before)
            path = folder / f"{self.place} {data['wave']['date'][:4]}年.xlsx"
            path.write_bytes(forms.filled(data))
            yield Written((path,), data["id"], data)

    def _broken(self, folder: Path, forms: Forms, how: str) -> Written:
        data = self.data()
        path = folder / f"{self.number + 1:03} {self.place}.xlsx"
        if how == "truncated":
            whole = forms.filled(data)
            path.write_bytes(whole[: len(whole) // 2])
        elif how == "rating":
            path.write_bytes(broken_rating(forms.book(data)))
        else:
            path.write_bytes(forms.stranger())
        return Written((path,), data["id"], data, how)

    # --- what is stated ------------------------------------------------------------------------------------------

    def data(self, years_before: int = 0) -> Data:
        """An assessment of this project, as an assessment file has it."""
        choose, ruleset = self.choose, self.ruleset
        day = LATEST + timedelta(days=choose.randrange(30) - YEAR * years_before)
        stated = choose.sample(ruleset.attributes, 6)
        events = [{"type": choose.choice(ruleset.events).id, "date": (day - timedelta(days=90)).isoformat()}]
        return {
            "assess": 1,
            "id": f"qy-{self.number + 1:03}",
            "organization": {"name": choose.choice(ORGANIZATIONS)},
            "committee": {"name": f"{self.place}居委会"},
            "community": {
                "type": ruleset.types[self.number * 7 % len(ruleset.types)].id,
                "attributes": {one.id: choose.choice(one.level_ids) for one in stated},
            },
            "wave": {"date": day.isoformat()},
            "evidence": [item for indicator in ruleset.indicators for item in self._answers(indicator)],
            "events": events if self.number % 6 == 0 else [],
        }

    def _answers(self, indicator: Indicator) -> Iterator[Data]:
        choose = self.choose
        truth = self.level + self.ahead[indicator.dimension] + choose.uniform(-0.9, 0.9)
        if self.kind == "sparse" and choose.random() > 0.35:
            return
        # What the two sides see differs as their kind says; documents lie between them.
        apart = 1.2 if self.kind == "disputed" and choose.random() < 0.4 else 0.0
        shift = {"swo": apart, "committee": -apart}
        for source in self._speaking():
            if not self.ruleset.may_rate(self.ruleset.source[source], indicator.id):
                continue
            if source == "document" and choose.random() < 0.4:
                continue
            for code in self._respondents(source):
                rating = self._rating(indicator, truth + shift.get(source, 0.0))
                yield {"indicator": indicator.id, "source": source, "respondent": code, "rating": rating}

    def _speaking(self) -> tuple[str, ...]:
        return {
            "complete": ("swo", "committee", "residents", "document", "observer")[: 4 + self.number % 2],
            "one-sided": (("swo",), ("committee",))[self.number % 2],
            "sparse": ("swo", "committee"),
        }.get(self.kind, ("swo", "committee", "document"))

    def _respondents(self, source: str) -> tuple[str, ...]:
        if source == "residents":  # now and then fewer than the quorum
            return tuple(f"R{place + 1}" for place in range(6 if self.number % 3 else 4))
        return RESPONDENTS[source]

    def _rating(self, indicator: Indicator, truth: float) -> int | str:
        if self.kind == "not-applicable" and self.choose.random() < 0.1:
            return self.choose.choice(list(self.ruleset.unrated))
        return min(max(round(truth + self.choose.uniform(-0.4, 0.4)), 0), indicator.highest)


if __name__ == "__main__":
    main()
