"""The report in Word: ``writer`` fills the template in, ``template`` and ``styles`` build it."""

from assess.report.word.writer import write

__all__ = ["write"]
