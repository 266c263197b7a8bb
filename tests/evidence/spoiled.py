"""Workbooks as people send them back: filled in by code, and the ways in which they come to be spoilt."""

from __future__ import annotations

# What only workbooks, or several files that are merged, can have wrong; the tests of this folder provoke each of them.
PROVOKED = frozenset(
    {
        "cell-error",
        "code-missing",
        "code-twice",
        "column-unknown",
        "event-without-date",
        "event-without-type",
        "form-not-ours",
        "form-of-other-rules",
        "form-version",
        "form-without-date",
        "import-contradiction",
        "import-without-date",
        "merged-cells",
        "not-a-workbook",
        "note-without-rating",
        "rated-differently",
        "rating-with-remark",
        "row-twice",
        "row-unknown",
        "row-without-id",
        "same-file-twice",
        "sheet-incomplete",
        "sheet-without-ids",
        "two-levels",
        "workbook-encrypted",
        "workbook-old",
        "workbook-too-large",
    }
)
