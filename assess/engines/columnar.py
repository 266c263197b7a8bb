"""The rule set as dataframe expressions over one row a relation: the same conclusions, for millions of rows at once.

Written once for narwhals, and so run by polars, DuckDB or Spark. A variable is two columns, its floor and its ceiling;
an atom, a node of the network and a conclusion are two boolean columns each, the *certain* and the *possible* bit.
Columns are added stage by stage, so that what is shared is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any as Native

import narwhals as nw

from assess.engines import Conclusions, EngineUnavailableError, Truth
from assess.engines.expressions import all_of, any_of, chosen, count_of, is_one_of, prefixes
from assess.engines.network import THE_TYPE, Compares, Stands, network
from assess.readings import Reading
from assess.ruleset.conditions import All, Atom, Condition, levels_asked
from assess.ruleset.model import RuleSet

FAILS, OPEN, HOLDS = 0, 1, 2
MOST_ASSIGNMENTS = 625  # of readings whose levels interleave between gates; the shipped rules have none
NONE, RECOMMENDED, CONSIDER, LATER, HELD_BACK = range(5)
LISTS = ("", "recommended", "consider", "later", "held_back")
DECISIONS = ("not-yet", "insufficient-evidence", "ready-with-conditions", "ready")


@dataclass(frozen=True, slots=True)
class Variable:
    """An input in two columns: ``emb.access`` or ``emb.access@swo``, and the highest level that it can have."""

    name: str
    number: int
    highest: int

    @property
    def floor(self) -> str:
        """The column of its lowest possible level."""
        return f"f{self.number}"

    @property
    def ceiling(self) -> str:
        """The column of its highest possible level."""
        return f"c{self.number}"


class Columnar:
    """A rule set compiled to expressions.

    Input columns are those of ``variables`` (small integers, never null) and of ``stated`` (text or null). Their names
    are plain, since Spark and SQL read dots and @ as more than letters.
    """

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.network = network(ruleset)
        self.variables = {variable.name: variable for variable in self._variables()}
        used = dict.fromkeys(atom.attribute for atom in self.network.atoms if isinstance(atom, Stands))
        attributes = [name for name in used if name != THE_TYPE]
        # The type decides where strategies fit, even where no condition asks for it.
        self.stated = {THE_TYPE: "a0", **{name: f"a{number}" for number, name in enumerate(attributes, 1)}}

    def _variables(self) -> Iterator[Variable]:
        compared = [atom.variable for atom in self.network.atoms if isinstance(atom, Compares)]
        for number, name in enumerate(dict.fromkeys(compared)):
            yield Variable(name, number, self.ruleset.indicator[name.partition("@")[0]].highest)

    # --- bits of the network -------------------------------------------------------------------------------------

    def bits(self, frame: nw.LazyFrame[Native]) -> nw.LazyFrame[Native]:
        """Add the bits of atoms and nodes, ``n{number}`` (certain) and ``p{number}`` (possible), and those of types."""
        frame = frame.with_columns(**dict(self._atoms()), **dict(self._types()))
        for level in self._levels():
            frame = frame.with_columns(**dict(bit for node in level for bit in self._node(*node)))
        return frame

    def _atoms(self) -> Iterator[tuple[str, nw.Expr]]:
        for atom, number in self.network.atoms.items():
            if isinstance(atom, Compares):
                variable = self.variables[atom.variable]
                floor, ceiling = nw.col(variable.floor), nw.col(variable.ceiling)
                if atom.at_least:
                    certain, possible = floor >= atom.level, ceiling >= atom.level
                else:
                    certain, possible = ceiling <= atom.level, floor <= atom.level
            else:
                levels = self.network.levels[atom.attribute]
                column = nw.col(self.stated[atom.attribute])
                certain = is_one_of(column, [levels[place] for place in sorted(atom.levels)])
                possible = certain | column.is_null()
            yield f"n{number}", certain
            yield f"p{number}", possible

    def _types(self) -> Iterator[tuple[str, nw.Expr]]:
        """``t{number}`` for each type of community that strategies name, ``t`` where none is stated."""
        kind = nw.col(self.stated[THE_TYPE])
        strategies = self.ruleset.strategies
        named = {name for strategy in strategies for name in (*strategy.fits, *strategy.less_fit)}
        for number, name in enumerate(self.network.levels[THE_TYPE]):
            if name in named:
                yield f"t{number}", is_one_of(kind, [name])
        if any(strategy.less_fit for strategy in strategies):
            yield "t", kind.is_null()

    def _levels(self) -> list[list[tuple[int, int, tuple[int, ...]]]]:
        """The nodes ``(number, count, parts)`` by depth: each uses only atoms and nodes of lesser depth."""
        depth = dict.fromkeys(self.network.atoms.values(), 0)
        levels: dict[int, list[tuple[int, int, tuple[int, ...]]]] = {}
        for (count, parts), number in self.network.nodes.items():
            depth[number] = 1 + max(depth[part] for part in parts)
            levels.setdefault(depth[number], []).append((number, count, parts))
        return [levels[key] for key in sorted(levels)]

    @staticmethod
    def _node(number: int, count: int, parts: tuple[int, ...]) -> Iterator[tuple[str, nw.Expr]]:
        for bit in "np":
            yield f"{bit}{number}", at_least(count, [nw.col(f"{bit}{part}") for part in parts])

    def certain(self, key: str) -> nw.Expr:
        """The certain bit of a conclusion, by its key."""
        return nw.col(f"n{self.network.conclusions[key]}")

    def possible(self, key: str) -> nw.Expr:
        """The possible bit of a conclusion, by its key."""
        return nw.col(f"p{self.network.conclusions[key]}")

    def truths(self, keys: Iterable[str] | None = None) -> dict[str, nw.Expr]:
        """The truth of conclusions as numbers: 0 fails, 1 open, 2 holds."""
        wanted = self.network.conclusions if keys is None else keys
        return {key: chosen([(self.certain(key), HOLDS), (self.possible(key), OPEN)], FAILS) for key in wanted}

    # --- the stage -----------------------------------------------------------------------------------------------

    def stage(self, frame: nw.LazyFrame[Native]) -> nw.LazyFrame[Native]:
        """Add ``stage_floor``, ``stage_ceiling`` and, for each stage, whether it is ``possible_{stage}``."""
        gates = [f"gate:{stage}" for stage in self.ruleset.gates]
        frame = frame.with_columns(**prefixes("below_n", [self.certain(gate) for gate in gates]))
        frame = frame.with_columns(**prefixes("below_p", [self.possible(gate) for gate in gates]))
        return frame.with_columns(
            stage_floor=count_of([nw.col(f"below_n{stage}") for stage in range(1, len(gates) + 1)]),
            stage_ceiling=count_of([nw.col(f"below_p{stage}") for stage in range(1, len(gates) + 1)]),
            **{f"possible_{stage}": self._stops_at(stage) for stage in range(len(gates) + 1)},
        )

    def _stops_at(self, stage: int) -> nw.Expr:
        """Whether some valuation stands at ``stage``: the gates up to it true, the next one false.

        Where every level that the next gate asks of a reading lies above those that the gates below ask of it, that
        reading can satisfy the one and fail the other. Then the best case of the gates below and the worst case of the
        next one can happen together. Readings whose levels interleave are tried level by level.
        """
        gates = list(self.ruleset.gates.values())
        reached = nw.col(f"below_p{stage}") if stage else None
        if stage == len(gates):
            return reached if reached is not None else nw.lit(value=True)
        falls = ~self.certain(f"gate:{stage + 1}")
        mixed = interleaved(All(tuple(gates[:stage])), gates[stage], self.ruleset) if stage else []
        if not mixed:
            return falls if reached is None else reached & falls
        return self._tried(All(tuple(gates[:stage])), gates[stage], mixed)

    def _tried(self, true: Condition, false: Condition, mixed: Sequence[str]) -> nw.Expr:
        ranges = [range(self.ruleset.indicator[name].highest + 1) for name in mixed]
        assignments = list(product(*ranges))
        if len(assignments) > MOST_ASSIGNMENTS:
            raise EngineUnavailableError("too-large", f"assignments: {len(assignments)} > {MOST_ASSIGNMENTS}")
        found = []
        for levels in assignments:
            fixed = dict(zip(mixed, levels, strict=True))
            inside = [self._may_be(name, level) for name, level in fixed.items()]
            reached = self._expression(true, fixed, best=True)
            falls = ~self._expression(false, fixed, best=False)
            found.append(all_of([*inside, reached, falls]))
        return any_of(found)

    def _may_be(self, indicator: str, level: int) -> nw.Expr:
        variable = self.variables[indicator]
        return (nw.col(variable.floor) <= level) & (nw.col(variable.ceiling) >= level)

    def _expression(self, condition: Condition, fixed: Mapping[str, int], *, best: bool) -> nw.Expr:
        """A condition that looks upwards, in its best or worst case, with some readings fixed."""
        from assess.ruleset.conditions import AtLeast, unfold

        unfolded = unfold(condition, self.ruleset.named)
        if isinstance(unfolded, Atom):
            if unfolded.indicator in fixed:
                return nw.lit(fixed[unfolded.indicator] >= unfolded.level)
            variable = self.variables[unfolded.indicator]
            return nw.col(variable.ceiling if best else variable.floor) >= unfolded.level
        if isinstance(unfolded, AtLeast):
            parts = [self._expression(member, fixed, best=best) for member in unfolded.of]
            return at_least(unfolded.count, parts)
        raise TypeError(f"gates speak of indicators only: {unfolded}")

    # --- checks and strategies -----------------------------------------------------------------------------------

    def decision(self) -> dict[str, nw.Expr]:
        """The decision as a number (see ``DECISIONS``), and whether it is certain."""
        checks = self.ruleset.screening.checks if self.ruleset.screening else ()
        if not checks:
            return {}
        required = [f"check:{check.id}" for check in checks if check.required]
        every = [f"check:{check.id}" for check in checks]
        refused = any_of([~self.possible(key) for key in required])
        unsettled = any_of([~self.certain(key) for key in required])
        lacking = any_of([~self.certain(key) for key in every])
        lacking_at_best = any_of([~self.possible(key) for key in every])
        # Reading open checks as failing gives the worst, as holding the best that can still be decided.
        worst = chosen([(unsettled, 0), (lacking, 2)], 3)
        best = chosen([(refused, 0), (lacking_at_best, 2)], 3)
        decided = chosen([(refused, 0), (unsettled, 1), (lacking, 2)], 3)
        return {"decision": decided, "decision_certain": worst == best}

    def strategies(self) -> dict[str, nw.Expr]:
        """For each strategy the list that it stands in, as a number (see ``LISTS``)."""
        return {f"strategy:{strategy.id}": self._list(strategy.id) for strategy in self.ruleset.strategies}

    def _list(self, name: str) -> nw.Expr:
        strategy = self.ruleset.strategy[name]
        unless = [f"unless:{name}:{index}" for index in range(len(strategy.unless))]
        serves = any_of([nw.col(f"possible_{stage}") for stage in strategy.stages])
        others = [stage for stage in range(self.ruleset.top + 1) if stage not in strategy.stages]
        fit = [*self._fits(name), *(~nw.col(f"possible_{stage}") for stage in others)]
        fit += [~self.possible(key) for key in unless]
        choices = [(~serves, NONE)]
        if unless:
            choices.append((any_of([self.certain(key) for key in unless]), HELD_BACK))
        if strategy.when is not None:
            choices.append((~self.possible(f"when:{name}"), LATER))
            fit.append(self.certain(f"when:{name}"))
        choices.append((all_of(fit), RECOMMENDED))
        return chosen(choices, CONSIDER)

    def _fits(self, name: str) -> list[nw.Expr]:
        """What must be true for the type of community to be one that a strategy fits and does not fit less."""
        strategy = self.ruleset.strategy[name]
        if "any" not in strategy.fits:
            return [self._of_type([one for one in strategy.fits if one not in strategy.less_fit])]
        return [~self._of_type(strategy.less_fit), ~nw.col("t")] if strategy.less_fit else []

    def _of_type(self, types: Iterable[str]) -> nw.Expr:
        levels = self.network.levels[THE_TYPE]
        return any_of([nw.col(f"t{levels.index(one)}") for one in types])


def interleaved(true: Condition, false: Condition, ruleset: RuleSet) -> list[str]:
    """The indicators of which ``true`` asks a level that is not below every level that ``false`` asks."""
    wanted, avoided = (levels_asked(condition, ruleset.named) for condition in (true, false))
    return [name for name in wanted if name in avoided and max(wanted[name]) >= min(avoided[name])]


def at_least(count: int, parts: Sequence[nw.Expr]) -> nw.Expr:
    """Whether at least ``count`` of these booleans are true."""
    if count <= 0:
        return nw.lit(value=True)
    if count > len(parts):
        return nw.lit(value=False)
    if count == len(parts):
        return all_of(parts)
    if count == 1:
        return any_of(parts)
    return count_of(parts) >= count


# --- the engine's contract ---------------------------------------------------------------------------------------


class ColumnarEngine:
    """The columnar engine for one relation at a time: a table of one row. Tests hold it against the others."""

    name = "columnar"

    def __init__(self, ruleset: RuleSet) -> None:
        self.columnar = Columnar(ruleset)

    def __call__(
        self,
        ruleset: RuleSet,
        readings: Mapping[str, Reading],
        attributes: Mapping[str, str],
        community_type: str | None,
    ) -> Conclusions:
        """Decide every conclusion of ``ruleset``."""
        if ruleset is not self.columnar.ruleset:
            return type(self)(ruleset)(ruleset, readings, attributes, community_type)
        row = row_of(self.columnar, readings, attributes, community_type)
        frame = table(self.columnar, [row])
        keys = list(self.columnar.network.conclusions)
        names = {f"k{place}": expression for place, expression in enumerate(self.columnar.truths().values())}
        (found,) = self.columnar.bits(frame).select(**names).collect().iter_rows()
        return Conclusions({key: _TRUTHS[int(code)] for key, code in zip(keys, found, strict=True)})


_TRUTHS = {FAILS: Truth.FAILS, OPEN: Truth.OPEN, HOLDS: Truth.HOLDS}
Row = tuple[int | str | None, ...]


def row_of(
    columnar: Columnar,
    readings: Mapping[str, Reading],
    attributes: Mapping[str, str],
    community_type: str | None,
) -> Row:
    """One relation as a row: floor and ceiling of each variable, then the stated type and attributes."""
    from assess.engines.reference import Known

    known = Known(columnar.ruleset, readings, attributes, community_type)
    values: list[int | str | None] = []
    for name in columnar.variables:
        indicator, _, source = name.partition("@")
        values += known.interval(indicator, source or None)
    values += [community_type if name == THE_TYPE else attributes.get(name) for name in columnar.stated]
    return tuple(values)


def table(columnar: Columnar, rows: Sequence[Row]) -> nw.LazyFrame[Native]:
    """Rows as a lazy frame of polars with the columns that ``Columnar`` reads."""
    import polars as pl

    schema: dict[str, type[pl.DataType]] = {}
    for variable in columnar.variables.values():
        schema |= {variable.floor: pl.Int8, variable.ceiling: pl.Int8}
    schema |= dict.fromkeys(columnar.stated.values(), pl.String)
    return nw.from_native(pl.LazyFrame(rows, schema=schema, orient="row"))
