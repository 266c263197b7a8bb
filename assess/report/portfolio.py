"""The report on a portfolio: from counts and codes to what its pages show, in the words of a language.

Rows name no type of community, so that what the table of patterns hides cannot be counted out of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assess.catalogue import Catalogue, catalogue
from assess.engines import Truth
from assess.report import html, pdf
from assess.report.page import Block, Bullets, Cell, Column, Group, Line, Paragraphs, Row, Section, Table
from assess.report.words import typeset
from assess.ruleset.conditions import Atom, Condition, Named, members, threshold
from assess.ruleset.model import RuleSet
from assess.screening.changes import GONE, NEW, Change
from assess.screening.portfolio import Entry, Portfolio, Tally, gate_members
from assess.screening.suppression import LEAST, Hidden, Shown, crossed

FORMATS = ("html", "pdf")
SHORT_DIGEST = 8
MOST_ASKED = 12  # indicators in the table of what is missing most
MOST_CHANGES = 1_000  # communities in the table of changes
UNDATED = date(2000, 1, 1)  # of a table without waves; a file must say some day, and must not say today


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the three lists with how many are in it and what that means."""

    id: str
    n: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A stage, or several of which one is not yet known: which columns it covers, and how many stand there."""

    label: str
    covers: tuple[bool, ...]
    n: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """How many stand where."""

    title: str
    caption: str
    note: str
    span: str
    number: str
    stages: tuple[str, ...]
    steps: tuple[Step, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A relation as a list shows it; what it is filtered by stands beside the words."""

    title: str
    wave: str
    stage: str
    decision: str
    facts: tuple[Line, ...]
    floor: int
    ceiling: int
    decided: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the three lists; ``more`` says that it goes on elsewhere."""

    id: str
    title: str
    intro: str
    rows: tuple[Listed, ...]
    more: str
    columns: tuple[str, str, str]
    kind: str = "listing"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a filter offers: its name and its options as pairs of value and words."""

    id: str
    name: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """The words of the filters and what they offer."""

    title: str
    search: str
    any: str
    reset: str
    shown: str
    nothing: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """A whole report on a portfolio."""

    language: str
    tag: str
    gap: str
    date: date
    title: str
    subtitle: str
    header: tuple[str, str]
    footer: tuple[str, str]
    contents: str
    lead: tuple[Line, ...]
    tiles: tuple[Tile, ...]
    ladder: Ladder
    decisions: Bullets
    sections: tuple[Section, ...]
    lists: tuple[Listing, ...]
    closing: Section
    filters: Filters


@dataclass(frozen=True, slots=True)
class Material:
    """What a report on a portfolio is made of."""

    portfolio: Portfolio
    ruleset: RuleSet
    changes: Sequence[Change] | None = None
    changes_file: str = ""
    broken_files: int = 0
    earlier_waves: int = 0  # of communities that are counted at a later one
    wrong_cells: int = 0


def render(material: Material, format: str, language: str) -> bytes:  # noqa: A002 - the design's word
    """The report as the bytes of a file; ``format`` is one of ``FORMATS``."""
    page = page_of(material, language)
    if format == "html":
        return html.written("portfolio.html.j2", page=page)
    return pdf.typeset("portfolio.typ.j2", page.date, page=page)[0]


def page_of(material: Material, language: str) -> PortfolioPage:
    """The report in the words of ``language``."""
    return _Teller(material, catalogue(language)).page()


class _Teller:
    """Says everything of a portfolio in one language."""

    def __init__(self, material: Material, words: Catalogue) -> None:
        self.material = material
        self.portfolio = material.portfolio
        self.ruleset = material.ruleset
        self.words = words
        self.patterns = {one.id: self.text(one.neutral_name or one.name) for one in self.ruleset.patterns}
        self.indicators = {one.id: self.text(one.name) for one in self.ruleset.indicators}
        checks = self.ruleset.screening.checks if self.ruleset.screening else ()
        self.checks = {one.id: self.text(one.name) for one in checks}
        self.conditions = {one.name: self.text(one.says) for one in self.ruleset.conditions}
        self.names = {entry.community: entry.names[words.language] for entry in self.portfolio.entries}

    def say(self, key: str, /, **values: Any) -> str:
        """The sentence ``key`` of the catalogue of portfolios."""
        return self.words.say(f"portfolio.{key}", **values)

    def text(self, words: str | Mapping[str, str]) -> str:
        """A text of the rule set, as it is printed."""
        return typeset(self.words.words(words))

    def page(self) -> PortfolioPage:
        """The whole report."""
        portfolio, say = self.portfolio, self.say
        title = say("title", n=portfolio.total)
        first, last = (self.day(wave) for wave in portfolio.waves)
        sections = (self.lacking(), self.check_results(), self.by_type(), self.moved())
        return PortfolioPage(
            language=self.words.language,
            tag=self.words.say("report.language-tag"),
            gap=self.words.say("report.lead-gap"),
            date=_date(portfolio.waves[1]) or UNDATED,
            title=title,
            subtitle=say("subtitle", first=first, last=last),
            header=(say("header", title=self.text(self.ruleset.title)), say("subtitle", first=first, last=last)),
            footer=(
                self.words.say("report.footer.limits"),
                self.words.say(
                    "report.footer.rules", version=self.ruleset.version, digest=self.ruleset.digest[:SHORT_DIGEST]
                ),
            ),
            contents=say("contents"),
            lead=tuple(self.lead()),
            tiles=tuple(
                Tile(name, n, say("tile.name", name=self.list_name(name)), say(f"tile.{name}"))
                for name, n in portfolio.lists.items()
            ),
            ladder=self.ladder(),
            decisions=Bullets(say("decisions.title"), tuple(self.decisions())),
            sections=tuple(section for section in sections if section is not None),
            lists=tuple(self.listing(name, n) for name, n in portfolio.lists.items()),
            closing=self.method(),
            filters=self.filters(),
        )

    # --- small words ---------------------------------------------------------------------------------------------

    def day(self, wave: str) -> str:
        """A wave as a day in words; what is no date is shown as it was typed."""
        found = _date(wave)
        return self.words.day(found) if found else wave

    def title(self, community: str) -> str:
        """A community by name and id; where the name begins with the id, by name alone."""
        name = self.names.get(community, "")
        if not name:
            return community
        return name if name.startswith(community) else self.say("name", name=name, id=community)

    def stage(self, number: int) -> str:
        """A stage by its number; one without a gate by its name."""
        found = next(one for one in self.ruleset.stages if one.stage == number)
        if found.gate is None:
            return self.say("stage.start", name=self.text(found.name))
        return self.say("stage.one", number=number)

    def named_stage(self, number: int) -> str:
        """A stage by number and name."""
        found = next(one for one in self.ruleset.stages if one.stage == number)
        if found.gate is None:
            return self.stage(number)
        return self.say("stage.named", stage=self.stage(number), name=self.text(found.name))

    def span(self, floor: int, ceiling: int) -> str:
        """Where a relation stands, or between which stages."""
        if floor == ceiling:
            return self.named_stage(floor)
        return self.say("stage.between", low=self.stage(floor), high=self.stage(ceiling))

    def list_name(self, name: str) -> str:
        """The name of one of the three lists."""
        return self.words.say(f"screen.list.{name}")

    def decision(self, decision: str) -> str:
        """A decision in words; nothing where the rule set has no checks."""
        return self.say(f"decision.{decision}") if decision else ""

    def condition(self, condition: Condition) -> str:
        """A condition of a gate in words: its sentence, or what its parts ask for."""
        if isinstance(condition, Named):
            return self.conditions[condition.name]
        if isinstance(condition, Atom):
            name = self.indicators[condition.indicator]
            asked = {"at_least": condition.at_least, "level": condition.level, "who": ""}
            return self.words.say("report.leaf.wanted", indicator=name, **asked)
        parts = [self.condition(part) for part in members(condition)]
        count = threshold(condition)  # type: ignore[arg-type]
        key = "report.condition.all" if count == len(parts) else "report.condition.of"
        return self.words.say(key, count=count, items=parts)

    # --- page one ------------------------------------------------------------------------------------------------

    def lead(self) -> Iterator[Line]:
        """What must be said before anything else."""
        if self.ruleset.screening:
            yield Line(self.text(self.ruleset.screening.notice), self.say("lead.notice"))
        yield Line(self.say("lead.order"))

    def ladder(self) -> Ladder:
        """How many stand at each stage, and between which stages others may stand."""
        say, numbers = self.say, [stage.stage for stage in self.ruleset.stages]
        steps = tuple(
            Step(
                label=say("standing.certain", stage=self.span(floor, ceiling)),
                covers=tuple(floor <= number <= ceiling for number in numbers),
                n=n,
                certain=floor == ceiling,
            )
            for (floor, ceiling), n in self.portfolio.spans.items()
        )
        stages = tuple(self.text(stage.name) for stage in self.ruleset.stages)
        return Ladder(
            title=say("standing.title"),
            caption=say("standing.caption"),
            note=say("standing.note"),
            span=say("standing.span"),
            number=say("standing.n"),
            stages=stages,
            steps=steps,
            most=max((step.n for step in steps), default=1),
        )

    def decisions(self) -> Iterator[Line]:
        """How many have which decision."""
        for decision, n in self.portfolio.decisions.items():
            yield Line(self.say("count", n=n), self.decision(decision))

    # --- what is missing -----------------------------------------------------------------------------------------

    def lacking(self) -> Section:
        """Conditions of the next gate by how often they are missing, and the answers that are missing most."""
        say = self.say
        groups = tuple(group for stage in self.ruleset.gates if (group := self._towards(stage)) is not None)
        columns = _columns(say("lacking.condition"), say("lacking.fails"), say("lacking.open"), say("lacking.holds"))
        blocks: list[Block] = [Table(say("lacking.caption"), columns, groups)]
        if not groups:
            blocks = [Paragraphs((Line(say("lacking.nothing")),))]
        blocks += self._asked()
        return Section("lacking", say("lacking.title"), say("lacking.intro"), tuple(blocks))

    def _towards(self, stage: int) -> Group | None:
        """The conditions of a gate, over those who stand right below it."""
        found = [
            (tally, self.condition(member))
            for place, member in enumerate(gate_members(self.ruleset, stage))
            for tally in [self.portfolio.lacking[stage, place]]
        ]
        if not found or not found[0][0].of:
            return None
        found.sort(key=lambda pair: _missing(pair[0]))
        title = self.say("lacking.group", stage=self.named_stage(stage), n=found[0][0].of)
        return Group(title, tuple(self._tally(Cell(says), tally) for tally, says in found))

    def _tally(self, head: Cell, tally: Tally, *others: Cell) -> Row:
        numbers = (tally.fails, tally.open, tally.of - tally.fails - tally.open)
        return Row((head, *others, *(Cell(self.say("number", n=n)) for n in numbers)))

    def _asked(self) -> Iterator[Block]:
        say, portfolio = self.say, self.portfolio
        counts = [(portfolio.asked[name], portfolio.clashing.get(name, 0), name) for name in portfolio.asked]
        found = [one for one in counts if one[0] or one[1]]
        found.sort(key=lambda one: (-one[0] - one[1], self.ruleset.order[one[2]]))
        if not found:
            return
        rows = tuple(
            Row((Cell(self.indicators[name]), Cell(say("number", n=asked)), Cell(say("number", n=clashing))))
            for asked, clashing, name in found[:MOST_ASKED]
        )
        columns = _columns(say("lacking.indicator"), say("lacking.asked"), say("lacking.clashing"))
        yield Table(say("lacking.asked-caption"), columns, (Group(say("lacking.asked-title"), rows),))
        if len(found) > MOST_ASKED:
            yield Paragraphs((Line(say("lacking.asked-more", n=len(found) - MOST_ASKED)),))

    def check_results(self) -> Section | None:
        """The checks by how often they fail or are open."""
        screening, say = self.ruleset.screening, self.say
        if screening is None or not self.portfolio.checks:
            return None
        found = sorted(screening.checks, key=lambda check: _missing(self.portfolio.checks[check.id]))
        rows = []
        for check in found:
            kind = say("checks.required" if check.required else "checks.optional")
            rows.append(self._tally(Cell(self.checks[check.id]), self.portfolio.checks[check.id], Cell(kind)))
        columns = _columns(*(say(f"checks.{name}") for name in ("check", "kind", "fails", "open", "holds")))
        table = Table(say("checks.caption"), columns, (Group("", tuple(rows)),))
        return Section("checks", say("checks.title"), say("checks.intro"), (table,))

    # --- patterns ------------------------------------------------------------------------------------------------

    def by_type(self) -> Section | None:
        """How often the conditions of each pattern hold, by type of community; small counts cannot be told."""
        say = self.say
        if not self.patterns:
            return None
        title, intro = say("patterns.title"), say("patterns.intro")
        found = crossed(self.portfolio.types, self.portfolio.patterns)
        if found is None:
            return Section("patterns", title, intro, (Paragraphs((Line(say("patterns.none")),)),))
        names = [self._type(column) for column in found.columns]
        share = max(7, 62 // (len(names) + 1))
        columns = (
            Column(say("patterns.pattern"), 24),
            *(Column(name, share) for name in (*names, say("patterns.total"))),
        )
        base = Row(tuple(map(Cell, (say("patterns.base"), *map(str, found.bases), str(self.portfolio.total)))))
        rows = [
            Row((Cell(self.patterns[key]), *(Cell(self._shown(n)) for n in (*cells, found.totals[key]))))
            for key, cells in found.rows.items()
        ]
        table = Table(say("patterns.caption"), columns, (Group("", (base, *rows)),))
        return Section("patterns", title, intro, (table, Paragraphs((Line(say("patterns.note", least=LEAST)),))))

    def _type(self, column: tuple[str, ...]) -> str:
        if len(column) > 1:
            return self.say("patterns.others")
        names = {kind.id: self.text(kind.name) for kind in self.ruleset.types}
        return names.get(column[0], column[0]) or self.say("patterns.unstated")

    def _shown(self, n: Shown) -> str:
        if isinstance(n, Hidden):
            return self.say("few", least=LEAST) if n is Hidden.FEW else self.say("withheld")
        return self.say("number", n=n)

    # --- changes -------------------------------------------------------------------------------------------------

    def moved(self) -> Section | None:
        """Who stands elsewhere than in the earlier result; nothing where there is none."""
        changes, say = self.material.changes, self.say
        if changes is None:
            return None
        counts = {name: sum(name in one.moved for one in changes) for name in ("stage", "decision", "list", NEW, GONE)}
        parts = [say(f"changes.part.{name}", n=n) for name, n in counts.items() if n]
        intro = say("changes.intro", n=len(changes), parts=parts)
        if not changes:
            return Section("changes", say("changes.title"), intro, ())
        columns = tuple(
            Column(say(f"changes.{name}"), share)
            for name, share in (("community", 18), ("stage", 34), ("decision", 28), ("list", 20))
        )
        rows = tuple(self._change(one) for one in changes[:MOST_CHANGES])
        blocks: list[Block] = [Table(say("changes.caption"), columns, (Group("", rows),))]
        if len(changes) > MOST_CHANGES:
            more = say("changes.more", n=MOST_CHANGES, file=self.material.changes_file)
            blocks.append(Paragraphs((Line(more),)))
        return Section("changes", say("changes.title"), intro, tuple(blocks))

    def _change(self, change: Change) -> Row:
        stages = [self.span(*span) if span else "" for span in change.stage]
        waves = [self.day(wave) for wave in change.wave]
        decisions = [self.decision(decision) for decision in change.decision]
        lists = [self.list_name(name) if name else "" for name in change.list]
        cells = [Cell(self._then_and_now(change, *pair)) for pair in (stages, decisions, lists)]
        small = waves[0] or waves[1]
        if all(waves) and waves[0] != waves[1]:
            small = self.say("changes.arrow", old=waves[0], new=waves[1])
        return Row((Cell(self.title(change.community), small=small), *cells))

    def _then_and_now(self, change: Change, old: str, now: str) -> str:
        if NEW in change.moved:
            return self.say("changes.new", now=now) if now else ""
        if GONE in change.moved:
            return self.say("changes.gone", old=old) if old else ""
        if old == now:
            return self.say("changes.same", now=now) if now else ""
        return self.say("changes.arrow", old=old, new=now)

    # --- the three lists -----------------------------------------------------------------------------------------

    def listing(self, name: str, n: int) -> Listing:
        """One of the three lists with the reasons of each relation."""
        say, entries = self.say, self.portfolio.of(name)
        more = say("list.more", shown=len(entries)) if len(entries) < n else ""
        return Listing(
            id=name,
            title=say("list.title", name=self.list_name(name), n=n),
            intro=say(f"tile.{name}"),
            rows=tuple(map(self._listed, entries)),
            more=more if entries else say("list.empty"),
            columns=(say("list.community"), say("list.standing"), say("list.reasons")),
        )

    def _listed(self, entry: Entry) -> Listed:
        return Listed(
            title=self.title(entry.community),
            wave=self.day(entry.wave),
            stage=self.span(entry.floor, entry.ceiling),
            decision=self.decision(entry.decision),
            facts=tuple(self._facts(entry)),
            floor=entry.floor,
            ceiling=entry.ceiling,
            decided=entry.decision,
            patterns=entry.patterns,
        )

    def _facts(self, entry: Entry) -> Iterator[Line]:
        """Why a relation stands in its list, and what its decision and its next gate hang on."""
        if entry.floor == entry.ceiling and entry.list == "settled":
            yield Line(self.words.say("screen.reason.settled"))
        elif not entry.asks and not entry.clashes:
            yield Line(self.words.say("screen.reason.unclear"))
        yield from self._fact("asks", [self.indicators[name] for name in entry.asks])
        yield from self._fact("clashes", [self.indicators[name] for name in entry.clashes])
        for truth in (Truth.FAILS, Truth.OPEN):
            names = [self.checks[name] for name, found in entry.checks.items() if found is truth]
            yield from self._fact(f"checks-{truth.value}", names)
        for truth in (Truth.FAILS, Truth.OPEN):
            yield from self._fact(f"lacking-{truth.value}", self._upwards(entry, truth), entry.floor + 1)
        yield from self._fact("patterns", [self.patterns[name] for name in entry.patterns])

    def _upwards(self, entry: Entry, truth: Truth) -> list[str]:
        places = [place for place, found in entry.lacking.items() if found is truth]
        return [self.condition(gate_members(self.ruleset, entry.floor + 1)[place]) for place in places]

    def _fact(self, key: str, items: Sequence[str], stage: int = 0) -> Iterator[Line]:
        if items:
            lead = self.say(f"fact.{key}", n=len(items), stage=self.stage(stage) if stage else "")
            yield Line(self.say("fact.joined", items=items), lead)

    # --- the end -------------------------------------------------------------------------------------------------

    def method(self) -> Section:
        """How the lists came about, what was left out, and under which rules."""
        say, material = self.say, self.material
        lists = [Line(say(f"method.{name}")) for name in ("settled", "needs", "hidden", "same")]
        if material.earlier_waves:
            lists.append(Line(say("method.waves", n=material.earlier_waves)))
        limits = [Line(say("method.relation")), *self.lead()]
        left_out = []
        if material.broken_files:
            left_out.append(say("method.files", n=material.broken_files))
        if material.wrong_cells:
            left_out.append(say("method.cells", n=material.wrong_cells))
        if left_out:
            limits.append(Line(say("method.left-out", parts=left_out)))
        named = {"name": self.ruleset.name, "version": self.ruleset.version, "digest": self.ruleset.digest}
        repeat = say("method.repeat", title=self.text(self.ruleset.title), **named)
        blocks = (
            Bullets(say("method.lists"), tuple(lists)),
            Bullets(say("method.limits"), tuple(limits)),
            Bullets(say("method.ruleset"), (Line(repeat),)),
        )
        return Section("method", say("method.title"), "", blocks)

    def filters(self) -> Filters:
        """What the rows can be filtered by."""
        say, portfolio = self.say, self.portfolio
        listed = sum(len(portfolio.of(name)) for name in portfolio.lists)
        holding = {name for entry in portfolio.entries for name in entry.patterns}
        choices = [
            ("list", [(name, self.list_name(name)) for name in portfolio.lists]),
            ("stage", [(str(one.stage), self.named_stage(one.stage)) for one in self.ruleset.stages]),
            ("decision", [(name, self.decision(name)) for name in portfolio.decisions]),
            ("pattern", [(name, words) for name, words in self.patterns.items() if name in holding]),
        ]
        return Filters(
            title=say("filter.title"),
            search=say("filter.search"),
            any=say("filter.any"),
            reset=say("filter.reset"),
            shown=say("filter.shown", n=listed),
            nothing=say("filter.nothing"),
            choices=tuple(Choice(id, say(f"filter.{id}"), tuple(options)) for id, options in choices if options),  # noqa: A001
        )


def _columns(first: str, *others: str) -> tuple[Column, ...]:
    """A wide column for words, and narrow ones for numbers."""
    return (Column(first, 52), *(Column(name, 48 // len(others)) for name in others))


def _missing(tally: Tally) -> tuple[int, int]:
    return (-tally.fails - tally.open, -tally.fails)


def _date(wave: str) -> date | None:
    try:
        return date.fromisoformat(wave)
    except ValueError:
        return None
