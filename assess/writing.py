"""Files are written whole or not at all, and nothing that exists is overwritten unasked."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary = Path(name)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
