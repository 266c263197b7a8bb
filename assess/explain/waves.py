"""Whether files are waves of one relation that can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assess.explain.change import Differs, WaveJudged, differing
from assess.problems import Place, Problem


def not_comparable(
    files: Sequence[str], waves: Sequence[WaveJudged], *, asked: int, force: bool = False
) -> list[Problem]:
    """What keeps these files from being compared; ``force``: other sides are told beside the result only."""
    if asked < 2:
        return [Problem("one-wave", Place(files[0] if files else ""))]
    return [*_same_day(files, waves), *([] if force else _other_sides(files, waves))]


def _same_day(files: Sequence[str], waves: Sequence[WaveJudged]) -> Iterator[Problem]:
    """Two files of one day are no two waves."""
    seen: dict[str, str] = {}
    for file, wave in zip(files, waves, strict=True):
        day = wave.assessment.wave.date.isoformat()
        if day in seen:
            yield Problem("same-day", Place(file), value=day, also=(Place(seen[day]),))
        seen.setdefault(day, file)


def _other_sides(files: Sequence[str], waves: Sequence[WaveJudged]) -> Iterator[Problem]:
    """Files that name another organization or committee than the first."""
    for file, wave in zip(files[1:], waves[1:], strict=True):
        pair = [waves[0].assessment, wave.assessment]
        for code in differing(pair):
            if code in {Differs.ORGANIZATION, Differs.COMMITTEE}:
                yield Problem("other-side", Place(file), value=code, also=(Place(files[0]),))
