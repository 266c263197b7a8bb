"""What a cell says: a level, a reason, a choice, a day, a code, however it was typed.

Whatever cannot be understood comes back as it was written, for the checks of every assessment to name; nothing is
guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

Called = str | Mapping[str, str]

# Spreadsheets count days from here; the numbers of 1954 to 2119 cannot be meant as years or levels.
_DAY_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_001)
_YEARS = range(1900, 2200)


def text(value: Any) -> str:
    """A cell as text, as its reader sees it: whole numbers without a point, days as days, no blanks around."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat(" ")
    return str(value).strip().strip("\u200b\ufeff").strip()


def plain(value: Any) -> str:
    """The same in half-width letters and without letters that nobody sees."""
    return _plain(text(value))


@lru_cache(maxsize=8192)  # the names and levels of a rule set come again with every cell
def _plain(written: str) -> str:
    half_width = unicodedata.normalize("NFKC", written)
    return "".join(letter for letter in half_width if unicodedata.category(letter) != "Cf").strip()


# --- choices -------------------------------------------------------------------------------------------------------

_IN_BRACKETS = re.compile(r"(?P<name>.*)\((?P<id>[^()]*)\)", re.DOTALL)


def choice(value: Any, called: Mapping[str, Called]) -> str:
    """The id of an entry of a drop-down: by its id, its name in any language, or both; else what was written."""
    written = plain(value)
    ids = {id_.casefold(): id_ for id_ in called}
    if written.casefold() in ids:
        return ids[written.casefold()]
    names = {plain(name).casefold(): id_ for id_, words in called.items() for name in _each(words)}
    if written.casefold() in names:
        return names[written.casefold()]
    both = _IN_BRACKETS.fullmatch(written)
    if both and both["id"].strip().casefold() in ids:
        id_ = ids[both["id"].strip().casefold()]
        # A name that is another entry's, with this id behind it, says two things.
        return id_ if names.get(both["name"].strip().casefold(), id_) == id_ else text(value)
    return text(value)


def _each(words: Called) -> Sequence[str]:
    return [words] if isinstance(words, str) else list(words.values())


# --- ratings -------------------------------------------------------------------------------------------------------

_LEVEL = re.compile(
    r"(?:level|第)?\s*(?P<level>[0-9])(?![0-9])(?!\.[0-9]*[1-9])(?:\.0*)?(?P<rest>.*)", re.DOTALL | re.I
)
_UNIT = re.compile(r"\s*(?:分|级|points?\b|levels?\b)", re.IGNORECASE)
_SECOND_LEVEL = re.compile(
    r"\s*(?:[-~–—−/、,，;；或至到和与及跟&+]|or\b|to\b|and\b|\s)\s*[0-9](?:\s*(?:分|级|points?|levels?))?\W*",
    re.IGNORECASE,
)
_ALIKE = 0.5

# What is wrong with a rating that begins with a level.
TWO_LEVELS = "two-levels"
WITH_REMARK = "rating-with-remark"


def rating(value: Any, levels: Sequence[Called], reasons: Mapping[str, Called]) -> tuple[int | str, str]:
    """A level or a reason, or what was written; and the code of what is wrong where a level is there and more."""
    if isinstance(value, bool | date | timedelta):
        return text(value), ""
    written = plain(value)
    reason = choice(written, reasons)
    if reason in reasons:
        return reason, ""
    found = _LEVEL.fullmatch(written)
    if not found:
        return text(value), ""
    level = int(found["level"])
    rest = _UNIT.sub("", found["rest"], count=1) if _UNIT.match(found["rest"]) else found["rest"]
    if not rest.strip():
        return level, ""
    return level, _more_than_a_level(rest, level, [[_bare(one) for one in _each(words)] for words in levels])


def _more_than_a_level(rest: str, level: int, levels: Sequence[Sequence[str]]) -> str:
    """What is wrong with the words behind a level, if they are not those of the level."""
    bare = _bare(rest)
    if not bare or level >= len(levels):
        return ""
    if any(bare == own for own in levels[level]):
        return ""
    if _SECOND_LEVEL.fullmatch(rest):
        return TWO_LEVELS
    other = [words for at, words in enumerate(levels) if at != level for words in words]
    if any(words in bare and not any(words in own for own in levels[level]) for words in other):
        return TWO_LEVELS
    nearest = max((_likeness(bare, words), index) for index, words in enumerate(levels))
    if nearest[1] != level and nearest[0] > _likeness(bare, levels[level]):
        return TWO_LEVELS if nearest[0] > _ALIKE else WITH_REMARK
    return "" if nearest[0] > _ALIKE else WITH_REMARK


def _likeness(bare: str, words: Sequence[str]) -> float:
    """How near words come to one of these: all the way where one is a part of the other."""
    return max(
        1.0 if len(bare) > 1 and bare in one else SequenceMatcher(None, bare, one, autojunk=False).ratio()
        for one in words
    )


@lru_cache(maxsize=8192)
def _bare(words: str) -> str:
    """Letters and digits only: punctuation and blanks differ from one input method to the next."""
    return "".join(letter for letter in plain(words).casefold() if letter.isalnum())


# --- days ----------------------------------------------------------------------------------------------------------

_DAY = re.compile(
    r"(?P<year>\d{4})(?:\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2}))?)?\s*[年月日号]?(?:\s+0?0:00(?::00)?)?"
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")


def day(value: Any) -> str:
    """A day, a month or a year as an assessment file writes it, or what was written."""
    if isinstance(value, date):  # a datetime is one, too
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _numbered_day(value) or text(value)
    written = plain(value)
    if re.fullmatch(r"\d{5}(?:\.0+)?", written):  # a day in a cell that was made text afterwards
        return _numbered_day(float(written)) or text(value)
    compact = _COMPACT.fullmatch(written)
    if compact:
        return "-".join(compact.groups())
    found = _DAY.fullmatch(written)
    if not found:
        return text(value)
    given = [found[part] for part in ("year", "month", "day") if found[part]]
    return "-".join([given[0], *(f"{int(part):02}" for part in given[1:])])


def _numbered_day(number: float) -> str:
    if number in _YEARS:
        return str(int(number))
    if int(number) in _SERIALS:
        return (_DAY_ZERO + timedelta(days=int(number))).isoformat()
    compact = _COMPACT.fullmatch(str(int(number)))
    return "-".join(compact.groups()) if compact and number == int(number) else ""
