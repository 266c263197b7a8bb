"""Where the content is: ``rules``, ``templates`` and ``examples``, in a checkout and in an installation."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def content(name: str) -> Path:
    """The folder ``name`` beside the package in a checkout, inside the package where a wheel was installed."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
