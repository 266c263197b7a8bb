"""A real LibreOffice, driven by UNO from its own Python: opens a form, types into it, saves it again.

Run as a script by the Python that has ``uno``: ``python3 libreoffice.py FORM.xlsx OUT.xlsx < typed.json``, with the
cells to type into as ``[[sheet, cell, text], ...]``. Prints what it saw on the way as JSON.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def python_with_uno() -> str | None:
    """The Python that can talk to LibreOffice, if there are both."""
    if not shutil.which("soffice"):
        return None
    for candidate in ("/usr/bin/python3", "/usr/lib/libreoffice/program/python", shutil.which("python3")):
        if candidate and Path(candidate).exists():
            done = subprocess.run([candidate, "-c", "import uno"], capture_output=True, check=False)
            if done.returncode == 0:
                return candidate
    return None


def _connect(pipe: str) -> Any:
    import uno  # type: ignore[import-not-found,unused-ignore]

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.5)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise SystemExit("LibreOffice does not answer")


def _property(name: str, value: object) -> Any:
    from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found,unused-ignore]

    return PropertyValue(Name=name, Value=value)


def _fill(desktop: Any, form: Path, typed: list[tuple[str, str, str]], out: Path) -> dict[str, Any]:
    document = desktop.loadComponentFromURL(form.as_uri(), "_blank", 0, (_property("Hidden", True),))
    seen: dict[str, Any] = {"protected": {}, "locked": [], "choices": {}}
    for sheet in document.Sheets:
        seen["protected"][sheet.Name] = sheet.isProtected()
    for name, cell_name, text in typed:
        cell = document.Sheets.getByName(name).getCellRangeByName(cell_name)
        if cell.CellProtection.IsLocked:
            seen["locked"].append(f"{name}!{cell_name}")
        if cell.Validation.Type.value == "LIST":
            seen["choices"][f"{name}!{cell_name}"] = cell.Validation.getFormula1()
        # What the formula bar does with what is typed: a number becomes a number, a text stays one.
        if text.isdigit() and cell.NumberFormat == 0:
            cell.setFormula(text)
        else:
            cell.setString(text)
    lists = document.NamedRanges
    seen["lists"] = {
        name: [value for value in lists.getByName(name).getReferredCells().getDataArray()[0] if value]
        for name in lists.ElementNames
        if name.startswith("assess_list")
    }
    document.storeToURL(out.as_uri(), (_property("FilterName", "Calc MS Excel 2007 XML"),))
    document.storeToURL(out.with_name("old.xls").as_uri(), (_property("FilterName", "MS Excel 97"),))
    document.close(True)
    return seen


def main() -> None:
    """Fill a form in."""
    form, out = (Path(name).resolve() for name in sys.argv[1:3])
    typed = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"assess{Path(profile).name}"
        office = subprocess.Popen(
            [
                "soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation={Path(profile).as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            desktop = _connect(pipe)
            print(json.dumps(_fill(desktop, form, typed, out)))
            desktop.terminate()
            office.wait(60)
        finally:
            office.kill()
            office.wait()


if __name__ == "__main__":
    main()
