"""Reports: a verdict as a page that people read. One page model, shown by every format."""

from assess.report.render import EDITIONS, FORMATS, render

__all__ = ["EDITIONS", "FORMATS", "render"]
