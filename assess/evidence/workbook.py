"""From a workbook that was filled in to a document of the shape that assessment files have, each value with its cell.

Sheets, rows and columns are known by the ids in their hidden cells. What the document holds is then checked like any
assessment; here is only said what a workbook alone can have wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from assess.evidence import cells, layout
from assess.evidence.layout import cell_name
from assess.evidence.load import check
from assess.evidence.model import FORMAT, Assessment
from assess.evidence.sheets import Grid, Sheet, read_grids
from assess.evidence.xlsx_survey import NotReadableError
from assess.problems import Called, Place, Problem, unnamed
from assess.ruleset.model import RuleSet
from assess.yamlfile import Document, Path

_SOME_DAY = "2000-01-01"  # stands in for a date that is missing, while everything else is checked
_REMAINS = 3  # so many ids or names of indicators, and a sheet without a mark was ours
_LONGEST_SHOWN = 60


def load_workbook(raw: bytes, file: str, ruleset: RuleSet) -> tuple[Assessment | None, list[Problem]]:
    """The assessment in a workbook, or every problem of it."""
    document, problems = read_workbook(raw, file, ruleset, whole=True)
    return (None, problems) if document is None else check(document, ruleset)


def read_workbook(
    raw: bytes, file: str, ruleset: RuleSet, *, whole: bool = False
) -> tuple[Document | None, list[Problem]]:
    """What a workbook states, checked; one that need not be a whole assessment may lack the date."""
    try:
        book = _Book(file, read_grids(raw), ruleset)
    except NotReadableError as error:
        return None, [Problem(error.code, Place(file), value=error.value)]
    document, problems = book.read()
    if document is None:
        return None, problems
    wave = document.data.get("wave", {})
    unread = any(problem.code == "sheet-incomplete" for problem in problems)  # perhaps the one with the date
    if whole and "date" not in wave and not unread:
        problems.append(Problem("form-without-date", document.place(("wave", "date"))))
    stated = {**document.data, "wave": {"date": _SOME_DAY, **wave}}
    problems += check(replace(document, data=stated), ruleset)[1]
    return (None, book.in_order(problems)) if problems else (document, [])


# --- reading -------------------------------------------------------------------------------------------------------


@dataclass
class _Item:
    """An entry of a list of the document, with the places of its fields and its own."""

    order: tuple[int, ...]
    place: Place
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def put(self, name: str, value: Any, place: Place) -> None:
        self.data[name] = value
        self.places[name] = place


class _Book:
    def __init__(self, file: str, grids: Sequence[Grid], ruleset: RuleSet) -> None:
        self.file = file
        self.grids = grids
        self.ruleset = ruleset
        self.problems: list[Problem] = []
        self.data: dict[str, Any] = {}
        self.values: dict[Path, Place] = {}
        self.evidence: list[_Item] = []
        self.events: list[_Item] = []
        self._at: dict[Place, tuple[int, int, int]] = {}

    def read(self) -> tuple[Document | None, list[Problem]]:
        """The document, and what is wrong with the sheets; no document where there is nothing to check."""
        sheets = self._sheets()
        if not sheets or self.problems:
            return None, self.problems or [Problem("form-not-ours", Place(self.file))]
        for sheet in sheets:
            self.merged(sheet)
            if sheet.mark.sheet == layout.RELATION:
                self._relation(sheet)
            elif sheet.mark.sheet == layout.EVENTS:
                self._events(sheet)
            elif sheet.mark.source:
                self._source(sheet)
        return self._document(), self.problems

    def in_order(self, problems: Sequence[Problem]) -> list[Problem]:
        """Problems in the order of sheets, rows and columns, each once."""
        unique = {(one.code, one.place, one.value): one for one in problems}
        return sorted(unique.values(), key=lambda one: self._at.get(one.place, (-1, 0, 0)))

    def _document(self) -> Document:
        data: dict[str, Any] = {"assess": FORMAT, "id": PurePath(self.file).stem or "-", **self.data}
        for key, items in (("evidence", self.evidence), ("events", self.events)):
            items.sort(key=lambda item: item.order)
            if items:
                data[key] = [item.data for item in items]
            for index, item in enumerate(items):
                self.values[key, index] = item.place
                self.values |= {(key, index, name): place for name, place in item.places.items()}
        return Document(self.file, data, self.values)

    def place(self, grid: Grid, row: int, column: int) -> Place:
        place = Place(self.file, cell=cell_name(grid.name, row, column))
        self._at[place] = self.grids.index(grid), row, column
        return place

    def say(self, code: str, grid: Grid, at: tuple[int, int], value: str = "", **more: Any) -> None:
        shown = value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"
        self.problems.append(Problem(code, self.place(grid, *at), value=shown, **more))

    def _sheets(self) -> list[Sheet]:
        """The sheets of ours. One that has lost its mark is said, one that is somebody's own is left alone."""
        found: list[Sheet] = []
        for grid in self.grids:
            marked = grid.find_mark()
            if marked:
                mark, row, column = marked
                found.append(Sheet(grid, mark, row, column))
                if mark.form != layout.FORM:
                    self.problems.append(Problem("form-version", Place(self.file), value=str(mark.form)))
                    return []
                if mark.rules != self.ruleset.name:
                    more = {"wanted": self.ruleset.name}
                    self.problems.append(Problem("form-of-other-rules", Place(self.file), value=mark.rules, more=more))
                    return []
            elif self._was_ours(grid):
                self.problems.append(Problem("sheet-without-ids", Place(self.file, cell=grid.name), value=grid.name))
        return found

    def _was_ours(self, grid: Grid) -> bool:
        ids = set(self.ruleset.indicator) | {layout.CODES, layout.RESPONDENT, layout.EVENT, *layout.FIELDS}
        names = tuple(cells.plain(name) for one in self.ruleset.indicators for name in one.name.values())
        told = 0
        for row in grid.rows:
            texts = [value for value in row if isinstance(value, str)]
            told += any(value in ids for value in texts)
            told += any(first in names for value in texts for first in [cells.plain(value.partition("\n")[0])])
        return told >= _REMAINS

    # --- what any sheet may have wrong ---------------------------------------------------------------------------

    def merged(self, sheet: Sheet) -> None:
        """Cells that were merged where ids or answers stand: of all but the first nobody knows what they say."""
        ids = {column: sheet.column_id(column) for column in range(sheet.width)}
        answers = {column for column, id_ in ids.items() if id_ not in {"", layout.QUESTION}} | {sheet.id_column}
        for (top, left), (bottom, right) in sheet.grid.merged:
            rows = [row for row in range(top, bottom + 1) if self._holds_answers(sheet, row)]
            if rows and answers & set(range(left, right + 1)) and sheet.mark.sheet != layout.START:
                last = f"{layout.column_letters(right)}{bottom + 1}"
                self.say("merged-cells", sheet.grid, (top, left), f"{layout.column_letters(left)}{top + 1}:{last}")

    @staticmethod
    def _holds_answers(sheet: Sheet, row: int) -> bool:
        id_ = sheet.row_id(row)
        return not id_.startswith(layout.APART) or id_ == layout.CODES

    def _in_merged(self, sheet: Sheet, row: int) -> bool:
        """Whether the row's id was lost because the column of ids was merged, which has been said."""
        return any(top <= row <= bottom and left <= sheet.id_column for (top, left), (bottom, _) in sheet.grid.merged)

    def failed(self, sheet: Sheet, row: int, column: int) -> bool:
        """Whether a formula stands here that gives nothing; that is said."""
        formula = sheet.grid.failed.get((row, column))
        if formula is not None:
            self.say("cell-error", sheet.grid, (row, column), formula)
        return formula is not None

    def lost(self, sheet: Sheet, row: int, columns: Sequence[int]) -> None:
        """An answer in a row without an id: which question it answers cannot be known."""
        column = next((one for one in columns if sheet.grid.filled(row, one)), None)
        if column is not None and not self._in_merged(sheet, row):
            self.say("row-without-id", sheet.grid, (row, column), cells.text(sheet.grid.value(row, column)))

    def unknown(self, sheet: Sheet, at: tuple[int, int], value: str, known: Mapping[str, Called], what: str) -> None:
        place = self.place(sheet.grid, *at)
        self.problems.append(unnamed("unknown-reference", place, "", value, known, what=what))

    # --- the relation --------------------------------------------------------------------------------------------

    def _relation(self, sheet: Sheet) -> None:
        columns = sheet.columns(layout.VALUE)
        if len(columns) != 1:
            self.say("sheet-incomplete", sheet.grid, (sheet.mark_row, sheet.id_column), layout.VALUE)
            return
        (column,) = columns
        for row, id_ in sheet.row_ids():
            if id_ == "wave.date":  # also where it is missing, for that to be said here
                self.values.setdefault(layout.FIELDS[id_], self.place(sheet.grid, row, column))
            if not sheet.grid.filled(row, column) or id_ == "#heading":
                continue
            if not id_ or id_.startswith(layout.APART):
                self.lost(sheet, row, columns)
            elif not self.failed(sheet, row, column):
                self._field(sheet, row, column, id_)

    def _field(self, sheet: Sheet, row: int, column: int, id_: str) -> None:
        value = sheet.grid.value(row, column)
        path: Path | None = layout.FIELDS.get(id_)
        stated: Any = cells.text(value)
        if id_.startswith(layout.ATTRIBUTE):
            name = id_.removeprefix(layout.ATTRIBUTE)
            attribute = self.ruleset.attribute.get(name)
            path = ("community", "attributes", name)
            stated = cells.choice(value, {one.id: one.name for one in attribute.levels}) if attribute else stated
        elif path is None:
            self.say("row-unknown", sheet.grid, (row, sheet.id_column), id_)
            return
        elif path[-1] == "date":
            stated = cells.day(value)
        elif path[-1] == "type":
            stated = cells.choice(value, {kind.id: kind.name for kind in self.ruleset.types})
        self._state(path, stated, self.place(sheet.grid, row, column))

    def _state(self, path: Path, value: Any, place: Place) -> None:
        """Put a value into the document; a second one that says something else is a mistake."""
        inside = self.data
        for part in path[:-1]:
            inside = inside.setdefault(str(part), {})
        key = str(path[-1])
        if key in inside and inside[key] != value:
            self.problems.append(Problem("row-twice", place, value=str(value), also=(self.values[path],)))
            return
        inside[key] = value
        self.values.setdefault(path, place)

    # --- changes -------------------------------------------------------------------------------------------------

    def _events(self, sheet: Sheet) -> None:
        names = (layout.TYPE, layout.DATE, layout.NOTE)
        at = {name: columns[0] for name in names if (columns := sheet.columns(name))}
        if layout.TYPE not in at or layout.DATE not in at:
            self.say("sheet-incomplete", sheet.grid, (sheet.mark_row, sheet.id_column), layout.TYPE)
            return
        for row, id_ in sheet.row_ids():
            given = {name: column for name, column in at.items() if sheet.grid.filled(row, column)}
            if not given or id_.startswith(layout.APART):
                continue
            if [column for column in given.values() if self.failed(sheet, row, column)]:
                continue
            if layout.TYPE not in given:
                self.say("event-without-type", sheet.grid, (row, at[layout.TYPE]))
            elif layout.DATE not in given:
                self.say("event-without-date", sheet.grid, (row, at[layout.DATE]))
            else:
                self._event(sheet, row, given)

    def _event(self, sheet: Sheet, row: int, given: Mapping[str, int]) -> None:
        known = {event.id: event.name for event in self.ruleset.events}
        item = _Item((len(self.events),), self.place(sheet.grid, row, given[layout.TYPE]))
        for name, column in given.items():
            value = sheet.grid.value(row, column)
            said = {layout.TYPE: cells.choice(value, known), layout.DATE: cells.day(value)}.get(name, cells.text(value))
            item.put(name, said, self.place(sheet.grid, row, column))
        self.events.append(item)

    # --- a source ------------------------------------------------------------------------------------------------

    def _source(self, sheet: Sheet) -> None:
        if sheet.codes_row is None or not sheet.columns(layout.RESPONDENT):
            missing = layout.CODES if sheet.codes_row is None else layout.RESPONDENT
            self.say("sheet-incomplete", sheet.grid, (sheet.mark_row, sheet.id_column), missing)
            return
        if sheet.mark.source not in self.ruleset.source:
            known = {source.id: source.name for source in self.ruleset.sources}
            self.unknown(sheet, (sheet.mark_row, sheet.id_column), sheet.mark.source, known, "source")
            return
        answers = _Answers(self, sheet)
        answers.read()
        self.evidence += answers.items


class _Answers:
    """The answers on one source's sheet."""

    def __init__(self, book: _Book, sheet: Sheet) -> None:
        self.book = book
        self.sheet = sheet
        self.grid = sheet.grid
        self.codes_row: int = sheet.codes_row if sheet.codes_row is not None else 0
        self.about = {name: columns[0] for name in layout.ABOUT_THE_ROW if (columns := sheet.columns(name))}
        self.items: list[_Item] = []
        self.rows = [(row, id_) for row, id_ in sheet.row_ids() if not id_.startswith(layout.APART)]
        self.respondents = self._respondents()
        self.columns = [*self.respondents, *self.about.values()]

    def read(self) -> None:
        self._other_columns()
        codes = self._codes()
        seen: dict[str, int] = {}
        for row, id_ in self.sheet.row_ids():
            filled = [column for column in self.columns if self.grid.filled(row, column)]
            if not filled or (id_.startswith(layout.APART) and id_ not in {"#band"}):
                continue
            if not id_ or id_ == "#band":
                self.book.lost(self.sheet, row, self.columns)
            elif id_ in seen:
                first = self.book.place(self.grid, seen[id_], self.sheet.id_column)
                self.book.say("row-twice", self.grid, (row, filled[0]), id_, also=(first,))
            elif id_ not in self.book.ruleset.indicator:
                known = {one.id: one.name for one in self.book.ruleset.indicators}
                self.book.unknown(self.sheet, (row, self.sheet.id_column), id_, known, "indicator")
            else:
                seen[id_] = row
                self._row(row, id_, codes)

    def _respondents(self) -> list[int]:
        """The columns of answers; one that somebody put in counts as soon as it has a code."""
        return [
            column
            for column in range(self.sheet.width)
            if self.sheet.column_id(column) == layout.RESPONDENT
            or (self._is_new(column) and self.grid.filled(self.codes_row, column))
        ]

    def _is_new(self, column: int) -> bool:
        return not self.sheet.column_id(column) and column != self.sheet.id_column

    def _other_columns(self) -> None:
        """Something typed into a column that the form does not have, or into a copy of one that it has once."""
        for column in range(self.sheet.width):
            if column in self.columns or not (self._is_new(column) or self.sheet.column_id(column) in self.about):
                continue
            row = next((row for row, id_ in self.rows if id_ and self.grid.filled(row, column)), None)
            if row is not None:
                self.book.say("column-unknown", self.grid, (row, column), cells.text(self.grid.value(row, column)))

    def _codes(self) -> dict[int, str]:
        """The code of each column that has answers; columns without one, or with one of another, are said."""
        codes: dict[int, str] = {}
        first: dict[str, int] = {}
        for column in self.respondents:
            answered = any(self.grid.filled(row, column) for row, id_ in self.rows if id_)
            if not answered or self.book.failed(self.sheet, self.codes_row, column):
                continue
            code = cells.plain(self.grid.value(self.codes_row, column))
            at = self.codes_row, column
            if not code:
                self.book.say("code-missing", self.grid, at)
            elif code.casefold() in first:
                other = self.book.place(self.grid, self.codes_row, first[code.casefold()])
                self.book.say("code-twice", self.grid, at, code, also=(other,))
            else:
                first[code.casefold()] = column
                codes[column] = code
        return codes

    def _row(self, row: int, indicator: str, codes: Mapping[int, str]) -> None:
        given = {name: column for name, column in self.about.items() if self.grid.filled(row, column)}
        answers = [column for column in self.respondents if self.grid.filled(row, column)]
        if [column for column in [*answers, *given.values()] if self.book.failed(self.sheet, row, column)]:
            return
        if given and not answers:
            column = next(iter(given.values()))
            text = cells.text(self.grid.value(row, column))
            self.book.say("note-without-rating", self.grid, (row, column), text)
        for column in answers:
            if column in codes:
                self._answer(row, column, indicator, codes[column], given)

    def _answer(self, row: int, column: int, indicator: str, code: str, given: Mapping[str, int]) -> None:
        book, ruleset, value = self.book, self.book.ruleset, self.grid.value(row, column)
        known = ruleset.indicator[indicator]
        rating, wrong = cells.rating(value, known.levels, ruleset.unrated)
        # Wordings change from one version of a rule set to the next; the levels that they stand for do not.
        if wrong and (wrong != cells.WITH_REMARK or self.sheet.mark.version == ruleset.version):
            more = {"level": str(rating)}
            book.say(wrong, self.grid, (row, column), cells.text(value), more=more)
            return
        place = book.place(self.grid, row, column)
        source = self.sheet.mark.source
        item = _Item((ruleset.order[indicator], list(ruleset.source).index(source), column), place)
        item.put("indicator", indicator, book.place(self.grid, row, self.sheet.id_column))
        item.put("source", source, place)
        item.put("respondent", code, book.place(self.grid, self.codes_row, column))
        item.put("rating", rating, place)
        for name, at in given.items():
            about = self.grid.value(row, at)
            said = cells.day(about) if name == layout.DATE else cells.text(about)
            item.put(name, said, book.place(self.grid, row, at))
        self.items.append(item)
