"""The workbook to fill in: a sheet to start from, one about the relation, one for changes, and one for each source.

Whoever fills it in sees names, worded levels and drop-downs; the ids by which it is read again stand in hidden cells.
Protection has no password: it keeps a slip of the hand from the ids and is no secret. The same rule set gives the
same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assess.catalogue import Catalogue
from assess.evidence import layout
from assess.evidence.form_style import Style, row_height
from assess.evidence.layout import Mark, source_sheet
from assess.ruleset.model import Indicator, RuleSet, Source

_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a fixed one: the same rule set, the same bytes
_LEAST_COLUMNS = 3  # respondents of a source that needs only one
_SPARE = 2  # columns for every respondent that a source needs
_EVENT_ROWS = 15
_ID, _FIRST, _SECOND, _THIRD = range(4)
_FIRST_ROW = 5  # of the indicators on the sheet of a source
_NAME_LENGTH = 31  # what Excel allows


def write_form(ruleset: RuleSet, sources: Sequence[Source], words: Catalogue) -> bytes:
    """The workbook for these sources, in the catalogue's language."""
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"title": words.say("form.title"), "created": _MADE})
    _Form(book, ruleset, sources, words).write()
    book.close()
    return written.getvalue()


@dataclass
class _Lists:
    """The hidden sheet of drop-downs, whose texts Excel takes neither with commas nor above 255 letters elsewhere."""

    book: Any
    sheet: Any
    known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def name(self, options: Sequence[str]) -> str:
        """The name by which a drop-down with these options is called."""
        key = tuple(options)
        if key not in self.known:
            row = len(self.known) + 1
            name = f"assess_list_{row}"
            self.sheet.write_row(row, 1, options)
            last = layout.column_letters(len(options))
            self.book.define_name(name, f"={layout.LISTS}!$B${row + 1}:${last}${row + 1}")
            self.known[key] = name
        return self.known[key]


class _Form:
    def __init__(self, book: Any, ruleset: RuleSet, sources: Sequence[Source], words: Catalogue) -> None:
        self.book = book
        self.ruleset = ruleset
        self.sources = sources
        self.words = words
        self.style = Style(book, words.language)
        self.lists: _Lists
        self.names = _sheet_names(
            {
                **{one: words.say(f"form.sheet.{one}") for one in (layout.START, layout.RELATION, layout.EVENTS)},
                **{source_sheet(source.id): words.words(source.name) for source in sources},
            }
        )

    def write(self) -> None:
        sheets = {sheet: self.book.add_worksheet(name) for sheet, name in self.names.items()}
        self.lists = _Lists(self.book, self.book.add_worksheet(layout.LISTS))
        for sheet, page in sheets.items():
            self._set_up(page, sheet)
        self._start(sheets[layout.START])
        self._relation(sheets[layout.RELATION])
        self._events(sheets[layout.EVENTS])
        for source in self.sources:
            self._source(sheets[source_sheet(source.id)], source)
        self.lists.sheet.write(0, 0, str(self._mark(layout.LISTS)))
        self.lists.sheet.hide()

    def say(self, key: str, **values: Any) -> str:
        return self.words.say(f"form.{key}", **values)

    def _mark(self, sheet: str) -> Mark:
        return Mark(sheet, self.ruleset.name, self.ruleset.version)

    def _set_up(self, page: Any, sheet: str) -> None:
        """What all sheets share: the mark, the hidden ids, protection, and how they print."""
        page.write(0, _ID, str(self._mark(sheet)), self.style.id)
        page.set_row(0, None, None, {"hidden": True})
        page.set_column(_ID, _ID, 2, self.style.locked, {"hidden": True})
        page.protect("", {"format_columns": True, "format_rows": True})
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        page.hide_gridlines(2)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer("&L&A&R&P / &N")

    # --- the first sheet -----------------------------------------------------------------------------------------

    def _start(self, page: Any) -> None:
        page.set_column(_FIRST, _FIRST, 5)
        page.set_column(_SECOND, _SECOND, 26)
        page.set_column(_THIRD, _THIRD, 52)
        page.set_column(_THIRD + 1, _THIRD + 1, 12)
        page.set_column(_THIRD + 2, _THIRD + 2, 30)
        page.set_row(1, 32)
        page.write(1, _FIRST, self.say("title"), self.style.title)
        title = self.words.words(self.ruleset.title)
        made = self.say("made_from", name=self.ruleset.name, version=self.ruleset.version, title=title)
        page.write(2, _FIRST, made, self.style.quiet)
        row = self._steps(page, 4)
        row = self._who(page, row + 1)
        page.write(row + 1, _FIRST, self.say("run"), self.style.strong)
        page.write(row + 2, _FIRST, self.say("run_one"), self.style.plain)
        page.write(row + 3, _FIRST, self.say("run_many"), self.style.plain)
        page.activate()

    def _steps(self, page: Any, row: int) -> int:
        scale = self.ruleset.scale
        values = {
            "relation": self.names[layout.RELATION],
            "events": self.names[layout.EVENTS],
            "levels": _range(scale.levels),
            "rule": self.words.words(scale.rule),
            "window": self.words.words(scale.window),
            "reasons": [self.words.words(name) for name in self.ruleset.unrated.values()],
        }
        kinds = ["relation", "source", "code", "level", "unrated", "row", "events", "send"]
        absent = {"unrated": not self.ruleset.unrated, "events": not self.ruleset.events}
        page.write(row, _FIRST, self.say("how"), self.style.strong)
        page.set_row(row, 26)
        steps = [kind for kind in kinds if not absent.get(kind)]
        for number, kind in enumerate(steps, 1):
            text = self.say(f"step.{kind}", **values)
            page.write(row + number, _FIRST, number, self.style.number)
            page.merge_range(row + number, _SECOND, row + number, _THIRD + 2, text, self.style.text)
            page.set_row(row + number, row_height([(text, 122)], 14))
        return row + len(steps) + 1

    def _who(self, page: Any, row: int) -> int:
        """Which sheet is whose, with a link to it."""
        for column, key in enumerate(("sheet", "who", "indicators", "least"), _SECOND):
            page.write(row, column, self.say(f"sources.{key}"), self.style.heading)
        for below, source in enumerate(self.sources, row + 1):
            name = self.names[source_sheet(source.id)]
            who = self.say("who", name=self.words.words(source.name), protect=source.protect)
            quoted = name.replace("'", "''")
            page.write_url(below, _SECOND, f"internal:'{quoted}'!A1", self.style.link, name)
            page.write(below, _THIRD, who, self.style.boxed)
            page.write(below, _THIRD + 1, len(self._indicators(source)), self.style.boxed)
            page.write(below, _THIRD + 2, self.say("least", quorum=source.quorum), self.style.boxed)
        return row + len(self.sources) + 1

    # --- the relation --------------------------------------------------------------------------------------------

    def _relation(self, page: Any) -> None:
        self._columns(page, {_FIRST: layout.QUESTION, _SECOND: layout.VALUE, _THIRD: layout.QUESTION})
        page.set_column(_FIRST, _FIRST, 34)
        page.set_column(_SECOND, _SECOND, 44)
        page.set_column(_THIRD, _THIRD, 62)
        self._title(page, 1, self.say("relation_title"))
        for column, key in enumerate(("field", "value", "help"), _FIRST):
            page.write(2, column, self.say(f"heading.{key}"), self.style.heading)
        page.write(2, _ID, "#heading", self.style.id)
        page.freeze_panes(3, 0)
        page.repeat_rows(1, 2)
        in_place = [name for name in layout.FIELDS if name.startswith("community.") and self.ruleset.types]
        rows = [("#wave", name) for name in layout.FIELDS if not name.startswith("community.")]
        rows += [("#place", name) for name in in_place]
        rows += [("#place", layout.ATTRIBUTE + attribute.id) for attribute in self.ruleset.attributes]
        row, part = 3, ""
        for begins, name in rows:
            if begins != part:
                self._band(page, row, begins, self.say(f"relation_parts.{begins[1:]}"), _THIRD)
                row, part = row + 1, begins
            self._field(page, row, name)
            row += 1

    def _field(self, page: Any, row: int, name: str) -> None:
        attribute = self.ruleset.attribute.get(name.removeprefix(layout.ATTRIBUTE))
        options: list[str] = []
        if attribute:
            label, help_ = self.words.words(attribute.name), ""
            options = [self._option(level.id, level.name) for level in attribute.levels]
        else:
            key = name.replace(".", "_")
            label, help_ = self.say(f"field.{key}.name"), self.say(f"field.{key}.help")
        if name == "community.type":
            options = [self._option(kind.id, kind.name) for kind in self.ruleset.types]
        page.write(row, _ID, name, self.style.id)
        page.write(row, _FIRST, label, self.style.boxed)
        page.write_blank(row, _SECOND, None, self.style.typed)
        if attribute:
            help_ = self.words.say("language.comma").join(self.words.words(level.name) for level in attribute.levels)
        page.write(row, _THIRD, help_, self.style.help)
        page.set_row(row, max(row_height([(label, 32), (help_, 66)]), 22))
        if options:
            self._choose(page, (row, _SECOND, row, _SECOND), options, self._message("choice"))
        elif name == "wave.date":
            page.data_validation(row, _SECOND, row, _SECOND, {"validate": "any", **self._message("date")})

    # --- changes -------------------------------------------------------------------------------------------------

    def _events(self, page: Any) -> None:
        self._columns(page, {_FIRST: layout.TYPE, _SECOND: layout.DATE, _THIRD: layout.NOTE})
        page.set_column(_FIRST, _FIRST, 40)
        page.set_column(_SECOND, _SECOND, 18)
        page.set_column(_THIRD, _THIRD, 70)
        self._title(page, 1, self.say("events_title"))
        page.write(2, _ID, "#heading", self.style.id)
        for column, key in enumerate(("type", "date", "note"), _FIRST):
            page.write(2, column, self.say(f"heading.{key}"), self.style.heading)
        page.freeze_panes(3, 0)
        last = 3 + _EVENT_ROWS - 1
        for row in range(3, last + 1):
            page.write(row, _ID, layout.EVENT, self.style.id)
            for column in (_FIRST, _SECOND, _THIRD):
                page.write_blank(row, column, None, self.style.typed)
            page.set_row(row, 24)
        options = [self._option(event.id, event.name) for event in self.ruleset.events]
        if options:
            self._choose(page, (3, _FIRST, last, _FIRST), options, self._message("choice"))
        for column, key in ((_SECOND, "date"), (_THIRD, "note")):
            page.data_validation(3, column, last, column, {"validate": "any", **self._message(key)})

    # --- a source ------------------------------------------------------------------------------------------------

    def _source(self, page: Any, source: Source) -> None:
        count = max(_LEAST_COLUMNS, _SPARE * source.quorum)
        narrow = count > _LEAST_COLUMNS
        first, last = _THIRD, _THIRD + count - 1
        about = dict(enumerate(layout.ABOUT_THE_ROW, last + 1))
        respondents = dict.fromkeys(range(first, last + 1), layout.RESPONDENT)
        self._columns(page, {_FIRST: layout.QUESTION, _SECOND: layout.QUESTION, **respondents, **about})
        page.set_column(_FIRST, _FIRST, 34)
        page.set_column(_SECOND, _SECOND, 46)
        page.set_column(first, last, 8 if narrow else 15)
        for column, width in zip(about, (22, 14, 12) if narrow else (32, 18, 12), strict=True):
            page.set_column(column, column, width)
        self._head(page, source, first, last, about)
        below = self._rows(page, source, list(respondents), list(about))
        self._help_with_cells(page, (_FIRST_ROW, below - 1), (first, last), about)
        page.freeze_panes(_FIRST_ROW, first)
        page.repeat_rows(1, 4)

    def _head(self, page: Any, source: Source, first: int, last: int, about: Mapping[int, str]) -> None:
        scale = self.ruleset.scale
        self._title(page, 1, self.say("sheet_title", name=self.words.words(source.name)))
        rule = self.say("rule", rule=self.words.words(scale.rule), window=self.words.words(scale.window))
        page.write(2, _ID, "#rule", self.style.id)
        page.write(2, _FIRST, rule, self.style.quiet)
        page.write(3, _ID, "#heading", self.style.id)
        page.write(4, _ID, layout.CODES, self.style.id)
        page.set_row(3, 22)
        page.set_row(4, 26)
        for column, key in ((_FIRST, "indicator"), (_SECOND, "levels")):
            page.write(3, column, self.say(f"heading.{key}"), self.style.heading)
            page.write(4, column, "", self.style.heading)
        page.write(4, _SECOND, self.say("codes"), self.style.heading_right)
        for column in range(first, last + 1):
            page.write(3, column, f"{self.say('heading.rating')} {column - first + 1}", self.style.heading)
            page.write_blank(4, column, None, self.style.code)
        for column, key in about.items():
            page.write(3, column, self.say(f"heading.{key}"), self.style.heading)
            page.write(4, column, "", self.style.heading)

    def _rows(self, page: Any, source: Source, respondents: Sequence[int], about: Sequence[int]) -> int:
        """One row an indicator, under the names of their dimensions; returns the row below the last."""
        row, dimension = _FIRST_ROW, ""
        for indicator in self._indicators(source):
            if indicator.dimension != dimension:
                dimension = indicator.dimension
                names = {one.id: one.name for one in self.ruleset.dimensions}
                self._band(page, row, "#band", self.words.words(names[dimension]), about[-1])
                row += 1
            self._indicator(page, row, indicator)
            for column in respondents:
                page.write_blank(row, column, None, self.style.rating)
            for column in about:
                page.write_blank(row, column, None, self.style.typed)
            self._choose(
                page, (row, respondents[0], row, respondents[-1]), self._ratings(indicator), self._message("rating")
            )
            row += 1
        return row

    def _indicator(self, page: Any, row: int, indicator: Indicator) -> None:
        say = self.words.words
        name = say(indicator.name)
        about = [say(text) for text in (indicator.definition, indicator.observe, indicator.rating_note) if text]
        levels = "\n".join(f"{level}  {say(text)}" for level, text in enumerate(indicator.levels))
        page.write(row, _ID, indicator.id, self.style.id)
        parts: list[Any] = [self.style.bold, f"{name}\n", self.style.small, about[0]]
        if about[1:]:
            parts += [self.style.small_grey, "\n" + "\n".join(about[1:])]
        page.write_rich_string(row, _FIRST, *parts, self.style.name)
        page.write(row, _SECOND, levels, self.style.levels)
        page.set_row(row, row_height([("\n".join([name, *about]), 38), (levels, 52)]))

    def _ratings(self, indicator: Indicator) -> list[str]:
        levels = [f"{level} {self.words.words(text)}" for level, text in enumerate(indicator.levels)]
        return levels + [self._option(reason, name) for reason, name in self.ruleset.unrated.items()]

    def _help_with_cells(
        self, page: Any, rows: tuple[int, int], columns: tuple[int, int], about: Mapping[int, str]
    ) -> None:
        """Short messages beside cells, and red where something will not be understood."""
        first, last = columns
        page.data_validation(4, first, 4, last, {"validate": "any", **self._message("code")})
        for column, key in about.items():
            page.data_validation(rows[0], column, rows[1], column, {"validate": "any", **self._message(key)})
        letter = layout.column_letters(first)
        cell, code = f"{letter}{rows[0] + 1}", f"{letter}$5"
        digits = "".join(str(level) for level in self.ruleset.scale.levels)
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
        reasons = "".join(f',ISERROR(SEARCH("{reason}",{cell}))' for reason in self.ruleset.unrated)
        odd = f'=AND(LEN(TRIM({cell}))>0,ISERROR(FIND(LEFT(TRIM({cell}),1),"{digits}{wide}")){reasons})'
        red = {"type": "formula", "format": self.style.red}
        page.conditional_format(rows[0], first, rows[1], last, {**red, "criteria": odd})
        answers = f"{letter}${rows[0] + 1}:{letter}${rows[1] + 1}"
        no_code = f"=AND(LEN(TRIM({code}))=0,COUNTA({answers})>0)"
        page.conditional_format(4, first, 4, last, {**red, "criteria": no_code})

    # --- parts ---------------------------------------------------------------------------------------------------

    def _indicators(self, source: Source) -> list[Indicator]:
        return [one for one in self.ruleset.indicators if self.ruleset.may_rate(source, one.id)]

    def _option(self, id_: str, name: Mapping[str, str]) -> str:
        return self.say("option", id=id_, name=self.words.words(name))

    def _columns(self, page: Any, ids: Mapping[int, str]) -> None:
        for column, name in ids.items():
            page.write(0, column, name, self.style.id)

    def _title(self, page: Any, row: int, text: str) -> None:
        page.write(row, _ID, "#title", self.style.id)
        page.write(row, _FIRST, text, self.style.title)
        page.set_row(row, 30)

    def _band(self, page: Any, row: int, id_: str, text: str, last: int) -> None:
        page.write(row, _ID, id_, self.style.id)
        page.write(row, _FIRST, text, self.style.band)
        for column in range(_FIRST + 1, last + 1):
            page.write(row, column, "", self.style.band)
        page.set_row(row, 20)

    def _message(self, key: str) -> dict[str, str]:
        text = self.say(f"message.{key}.text", levels=_range(self.ruleset.scale.levels))
        return {"input_title": self.say(f"message.{key}.title"), "input_message": text}

    def _choose(
        self, page: Any, cells: tuple[int, int, int, int], options: Sequence[str], message: Mapping[str, str]
    ) -> None:
        # No "stop": a number is typed faster than it is chosen, and what is odd turns red and is told when read.
        source = f"={self.lists.name(options)}"
        page.data_validation(*cells, {"validate": "list", "source": source, "show_error": False, **message})


def _range(levels: Sequence[int]) -> str:
    return f"{min(levels)}–{max(levels)}"


def _sheet_names(wanted: Mapping[str, str]) -> dict[str, str]:
    """Names that Excel takes: short, without its signs, and each only once, also in capitals."""
    names: dict[str, str] = {}
    taken = {layout.LISTS}
    for sheet, text in wanted.items():
        plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in text).strip(" '") or "_"
        stem = (plain[0].upper() + plain[1:])[:_NAME_LENGTH]
        name, number = stem, 2
        while name.lower() in taken:
            name = f"{stem[: _NAME_LENGTH - 4]} {number}"
            number += 1
        taken.add(name.lower())
        names[sheet] = name
    return names
