"""From a rule set to its codebook: one entry for everything that has a name, with what uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from assess.catalogue import Words, catalogue
from assess.codebook.page import Codebook, Entry, Group, Line, Piece, Row, Section
from assess.codebook.wording import Wording, anchor
from assess.ruleset.conditions import Condition
from assess.ruleset.model import Check, CommunityType, Indicator, Pattern, RuleSet, Stage, Strategy
from assess.ruleset.references import ANY_TYPE
from assess.ruleset.show import used_by

UNDATED = date(2000, 1, 1)  # a rule set has no day of its own, and a file must not say today
_SHORT_DIGEST = 8
# What a key of a conclusion belongs to.
_KIND = {"gate": "stage", "when": "strategy", "unless": "strategy", "adaptation": "strategy"}


def codebook(ruleset: RuleSet, language: str) -> Codebook:
    """The codebook of a rule set in the words of a language."""
    return _Builder(Wording(ruleset, catalogue(language))).codebook()


class _Builder:
    def __init__(self, words: Wording) -> None:
        self.words = words
        self.ruleset = words.ruleset
        self.say = words.say
        self.text = words.text

    def codebook(self) -> Codebook:
        rules, say = self.ruleset, self.say
        title = self.text(rules.title)
        short = rules.digest[:_SHORT_DIGEST]
        return Codebook(
            tag=self.words.catalogue.say("report.language-tag"),
            gap=self.words.catalogue.say("report.lead-gap"),
            date=UNDATED,
            title=say("title", title=title),
            subtitle=say("subtitle", name=rules.name, version=rules.version),
            header=(say("title", title=title), say("subtitle", name=rules.name, version=rules.version)),
            footer=(say("footer"), say("version", version=rules.version, digest=short)),
            contents=say("contents"),
            lead=(
                say("limits"),
                say("scale", levels=len(rules.scale.levels), rule=self.text(rules.scale.rule)),
                say("counts", indicators=len(rules.indicators), conditions=len(rules.conditions),
                    stages=len(rules.stages), patterns=len(rules.patterns), strategies=len(rules.strategies),
                    types=len(rules.types)),
                say("digest", digest=rules.digest),
            ),
            sections=tuple(section for section in self._sections() if any(group.entries for group in section.groups)),
        )  # fmt: skip

    def _sections(self) -> Iterator[Section]:
        rules = self.ruleset
        dimensions = [
            Group(
                _headed(self.text(one.name)),
                tuple(self._indicator(item) for item in rules.indicators if item.dimension == one.id),
            )
            for one in rules.dimensions
        ]
        yield self._section("indicators", dimensions)
        yield self._section("stages", [self._plain(self._stage(stage) for stage in rules.stages)])
        yield self._section("conditions", [self._plain(map(self._condition, rules.conditions))])
        kinds = [
            Group(
                _headed(self.text(kind.name)),
                tuple(self._pattern(one) for one in rules.patterns if one.kind == kind.id),
            )
            for kind in rules.pattern_kinds
        ]
        yield self._section("patterns", kinds)
        yield self._section("strategies", [self._plain(map(self._strategy, rules.strategies))])
        yield self._section(
            "checks", [self._plain(map(self._check, rules.screening.checks if rules.screening else ()))]
        )
        yield self._section("types", [self._plain(map(self._type, rules.types))])
        attributes = [
            self._entry("attribute", one.id, "", [self._row("levels", [self.text(level.name) for level in one.levels])])
            for one in rules.attributes
        ]
        yield self._section("attributes", [Group("", tuple(attributes))])
        events = [
            self._entry("event", one.id, "", [self._row("timely", [self.say(f"event.{one.when}")])])
            for one in rules.events
        ]
        yield self._section("events", [Group("", tuple(events))])
        sources = [
            self._entry("source", one.id, "", [self._row("rates", [self._rates(one.rates)])]) for one in rules.sources
        ]
        yield self._section("sources", [Group("", tuple(sources))])

    def _section(self, name: str, groups: Iterable[Group]) -> Section:
        return Section(name, self.say(f"section.{name}"), self.say(f"intro.{name}"), tuple(groups))

    @staticmethod
    def _plain(entries: Iterable[Entry]) -> Group:
        return Group("", tuple(entries))

    # --- rows ----------------------------------------------------------------------------------------------------

    def _entry(self, kind: str, name: str, text: str, rows: Iterable[Row]) -> Entry:
        title = self.words.names[kind, name]
        shown = [
            row
            for row in [*rows, self._uses(kind, name)]
            if any(piece.text for line in row.lines for piece in line.pieces)
        ]
        return Entry(anchor(kind, name), _headed(title), name, text, tuple(shown))

    def _row(self, label: str, lines: Iterable[str]) -> Row:
        return Row(self.say(f"label.{label}"), tuple(Line((Piece(line),)) for line in lines if line))

    def _texts(self, label: str, *texts: Words | None) -> Row:
        return self._row(label, [self.text(text) for text in texts])

    def _links(self, label: str, kind: str, names: tuple[str, ...]) -> Row:
        return Row(self.say(f"label.{label}"), (self.words.links(kind, names),) if names else ())

    def _when(self, label: str, condition: Condition | None) -> Row:
        lines = tuple(self.words.condition(condition)) if condition is not None else ()
        return Row(self.say(f"label.{label}"), lines)

    def _uses(self, kind: str, name: str) -> Row:
        found: dict[tuple[str, str], None] = {}
        for key in used_by(self.ruleset, kind, name):
            of, _, used = key.partition(":")
            found[_KIND.get(of, of), used.partition(":")[0]] = None
        pieces: list[Piece] = []
        for index, (of, used) in enumerate(found):
            pieces += [Piece(self.say("comma"))] if index else []
            pieces.append(self.words.link(of, used))
        return Row(self.say("label.used_by"), (Line(tuple(pieces)),) if pieces else ())

    def _rates(self, rates: str) -> str:
        return self.say(f"rates.{rates}")

    # --- entries -------------------------------------------------------------------------------------------------

    def _indicator(self, one: Indicator) -> Entry:
        levels = [
            Row(self.say("label.level", level=number), (Line((Piece(self.text(level)),)),))
            for number, level in enumerate(one.levels)
        ]
        rows = [
            *levels,
            self._texts("rating_note", one.rating_note),
            self._texts("observe", one.observe),
            self._links("ask_first", "source", (one.primary_source,)),
            self._links("sources", "source", one.sources),
            self._texts("theory", *one.theory),
        ]
        return self._entry("indicator", one.id, self.text(one.definition), rows)

    def _stage(self, one: Stage) -> Entry:
        return self._entry("stage", str(one.stage), self.text(one.describes), [self._when("gate", one.gate)])

    def _condition(self, one: object) -> Entry:
        from assess.ruleset.model import NamedCondition

        assert isinstance(one, NamedCondition)
        return self._entry("condition", one.name, "", [self._when("when", one.when)])

    def _pattern(self, one: Pattern) -> Entry:
        rows = [
            self._texts("neutral_name", one.neutral_name),
            self._when("when", one.when),
            self._texts("counter_evidence", one.counter_evidence),
            self._links("responses", "strategy", one.responses),
            self._texts("literature", *one.literature),
        ]
        return self._entry("pattern", one.id, self.text(one.describes), rows)

    def _check(self, one: Check) -> Entry:
        rows = [
            self._row("required", [self.say("required" if one.required else "not_required")]),
            self._when("when", one.when),
            self._texts("basis", *one.basis),
        ]
        return self._entry("check", one.id, "", rows)

    def _type(self, one: CommunityType) -> Entry:
        rows = [
            self._texts("actors", one.actors),
            self._texts("entry", one.entry),
            self._texts("first_moves", one.first_moves),
            self._links("watch", "indicator", one.watch),
        ]
        return self._entry("type", one.id, self.text(one.description), rows)

    def _strategy(self, one: Strategy) -> Entry:
        efforts = {item.id: self.text(item.name) for item in self.ruleset.efforts}
        evidence = {item.id: self.text(item.name) for item in self.ruleset.evidence_levels}
        fits = () if ANY_TYPE in one.fits else one.fits
        rows = [
            self._links("stages", "stage", tuple(str(stage) for stage in one.stages)),
            self._links("works_on", "indicator", one.works_on),
            self._when("must_hold", one.when),
            Row(self.say("label.unless"), tuple(self._unless(one))),
            self._links("windows", "event", one.windows),
            self._links("fits", "type", fits) if fits else self._row("fits", [self.say("anywhere")]),
            Row(self.say("label.less_fit"), tuple(
                Line((self.words.link("type", name), Piece(self.say("colon") + self.text(why))))
                for name, why in one.less_fit.items()
            )),
            self._texts("caution", one.caution),
            self._row("roles", self._roles(one)),
            *self._here(one),
            self._texts("duration", one.duration),
            self._row("effort", [efforts.get(one.effort, one.effort)]),
            self._texts("outputs", one.outputs),
            self._texts("basis", *one.basis),
            self._row("evidence", [evidence.get(one.evidence_level or "", "")]),
        ]  # fmt: skip
        return self._entry("strategy", one.id, self.text(one.aim), rows)

    def _roles(self, one: Strategy) -> list[str]:
        return [self.say("does", role=self._role(role), does=self.text(does)) for role, does in one.roles.items()]

    def _role(self, role: str) -> str:
        return next((self.text(item.name) for item in self.ruleset.roles if item.id == role), role)

    def _unless(self, one: Strategy) -> Iterator[Line]:
        for unless in one.unless:
            yield from self.words.condition(unless.condition)
            yield Line((Piece(self.text(unless.because)),), 1)

    def _here(self, one: Strategy) -> Iterator[Row]:
        if one.here is None:
            return
        say = self.words.catalogue.say
        steps = [
            say("codebook.step", by=say(f"report.by.{step.by}"), who=[self._role(role) for role in step.who],
                does=self.text(step.does))
            for step in one.here.steps
        ]  # fmt: skip
        yield self._row("steps", steps)
        yield self._texts("works", one.here.works)
        yield self._texts("stop", one.here.stop)
        lines: list[Line] = []
        for adaptation in one.here.adaptations:
            lines += self.words.condition(adaptation.condition)
            lines.append(Line((Piece(self.text(adaptation.text)),), 1))
        yield Row(self.say("label.adaptations"), tuple(lines))


def _headed(name: str) -> str:
    """A name as a heading has it."""
    return name[:1].upper() + name[1:]
