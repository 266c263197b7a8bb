"""Files are written whole or not at all, and nothing that exists is overwritten unasked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from assess.problems import Place, Problem


def refusals(paths: list[Path], *, force: bool) -> list[Problem]:
    """Why these files cannot be written: one is there already, or its folder is missing."""
    problems = []
    for path in paths:
        if path.is_dir():
            problems.append(Problem("not-a-file", Place(str(path)), value=str(path)))
        elif path.exists() and not force:
            problems.append(Problem("exists", Place(str(path)), value=str(path)))
        elif not path.parent.is_dir():
            problems.append(Problem("no-such-output-folder", Place(str(path)), value=str(path.parent)))
    return problems


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` beside the target, onto the disk, and move it into place. Raises ``OSError``."""
    with whole_file(path) as part:
        part.write_bytes(data)


def sweep(path: Path) -> None:
    """Remove what runs left beside the target that were killed while they wrote it."""
    for left_behind in path.parent.glob(f".{escape(path.name)}.*.part"):
        left_behind.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary file beside the target, moved into place when the block ends well, removed when it does not."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
