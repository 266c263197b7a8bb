"""Help and usage errors of the command line, in the user's language, from the catalogues."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from assess.catalogue import LANGUAGES, Catalogue, catalogue
from assess.problems import nearest


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that ``--lang`` names, else that of the system: Chinese for a Chinese locale, else English."""
    for index, argument in enumerate(arguments):
        value = argument.partition("=")[2] or (arguments[index + 1] if index + 1 < len(arguments) else "")
        if argument.partition("=")[0] == "--lang" and value in LANGUAGES:
            return value
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return _system_language() if sys.platform in {"win32", "darwin"} else "en"


def _system_language() -> str:
    """What the desktop is set to, where the environment does not say."""
    import locale

    name = (locale.getlocale()[0] or "").lower()
    return "zh" if name.startswith(("zh", "chinese")) else "en"


def spoken() -> Catalogue:
    """The catalogue of this process's command line."""
    return catalogue(language_of(sys.argv[1:], os.environ))


class Command(click.Command):
    """A command whose help comes from the catalogue, under the name of its function."""

    @property
    def key(self) -> str:
        """The part of ``cli.yaml`` that speaks of this command."""
        return getattr(self.callback, "__name__", self.name or "")

    def get_short_help_str(self, limit: int = 45) -> str:
        """The line in the list of commands."""
        return spoken().say(f"cli.{self.key}.short")

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The whole page: usage, what it does, arguments, options, commands, examples, exit codes."""
        words = spoken()
        formatter.width = max(formatter.width, 78)
        pieces = self.collect_usage_pieces(ctx)
        formatter.write(f"{words.say('cli.usage')}: {ctx.command_path} {' '.join(pieces)}\n\n")
        formatter.write(_indented(_wrapped(words.say(f"cli.{self.key}.help"), words)) + "\n\n")
        self._write_parameters(words, formatter)
        if isinstance(self, click.Group):
            rows = [(name, command.get_short_help_str()) for name, command in sorted(self.commands.items())]
            _write_rows(formatter, words.say("cli.commands"), rows)
            formatter.write(_indented(words.say("cli.more")) + "\n\n")
        _write_block(formatter, words.say("cli.examples"), words.say(f"cli.{self.key}.examples"))
        _write_block(formatter, words.say("cli.exit_codes"), words.say("cli.exit").rstrip())

    def _write_parameters(self, words: Catalogue, formatter: click.HelpFormatter) -> None:
        arguments, options = [], []
        for parameter in self.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                own = f"cli.{self.key}.option_{parameter.name}"
                text = words.say(own if words.has(own) else f"cli.option.{parameter.name}")
                options.append((_option_form(parameter), text))
            elif isinstance(parameter, click.Argument):
                arguments.append(
                    (parameter.make_metavar(click.Context(self)), words.say(f"cli.argument.{parameter.name}"))
                )
        options.append(("--help", words.say("cli.option.help")))
        if arguments:
            _write_rows(formatter, words.say("cli.arguments"), arguments)
        _write_rows(formatter, words.say("cli.options"), options)


class Group(Command, click.Group):
    """A group whose help comes from the catalogue."""

    command_class = Command


def _option_form(option: click.Option) -> str:
    forms = ", ".join(sorted(option.opts, key=len))
    if option.is_flag:
        return forms
    choices = getattr(option.type, "choices", None)
    return f"{forms} {'|'.join(map(str, choices)) if choices else (option.metavar or option.name or '').upper()}"


def _wrapped(text: str, words: Catalogue) -> str:
    """Lines of at most 78 letters; Chinese has no blanks to break at, and terminals break it well."""
    if words.language == "zh":
        return text
    return "\n".join(click.wrap_text(line, 76) for line in text.splitlines())


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())


def _write_rows(formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]]) -> None:
    width = max(len(form) for form, _ in rows) + 2
    formatter.write(f"{title}:\n")
    for form, text in rows:
        formatter.write(f"  {form.ljust(width)}{text}\n")
    formatter.write("\n")


def _write_block(formatter: click.HelpFormatter, title: str, text: str) -> None:
    formatter.write(f"{title}:\n{_indented(text)}\n\n")


def usage_message(error: click.UsageError, words: Catalogue) -> str:
    """What is wrong with a command line, what was probably meant, and where to look."""
    said = _said(error, words)
    command = error.ctx.command_path if error.ctx else "assess"
    return " ".join([said, words.say("cli.help_hint", command=command)])


def _said(error: click.UsageError, words: Catalogue) -> str:
    match error:
        case click.exceptions.NoSuchCommand():
            name = str(error.command_name)
            group = error.ctx.command if error.ctx else None
            known = list(group.commands) if isinstance(group, click.Group) else []
            return words.say("cli.no_such_command", name=name) + _meant(name, known, words)
        case click.NoSuchOption():
            known = [form for parameter in error.ctx.command.params for form in parameter.opts] if error.ctx else []
            return words.say("cli.no_such_option", name=error.option_name) + _meant(error.option_name, known, words)
        case click.MissingParameter():
            return _missing(error, words)
        case click.BadOptionUsage():
            return words.say("cli.option_needs_value", name=error.option_name)
        case click.BadParameter() if isinstance(getattr(error.param, "type", None), click.Choice):
            return _not_one_of(error, words)
        case _ if "unexpected extra argument" in error.format_message():
            return words.say("cli.too_many_arguments")
        case _:
            return words.say("cli.usage_other", said=error.format_message())


def _missing(error: click.MissingParameter, words: Catalogue) -> str:
    parameter = error.param
    if isinstance(parameter, click.Option):
        return words.say("cli.missing_option", name="/".join(parameter.opts))
    name = parameter.make_metavar(error.ctx) if parameter and error.ctx else ""
    return words.say("cli.missing_argument", name=name.strip("[]."))


def _not_one_of(error: click.BadParameter, words: Catalogue) -> str:
    parameter: Any = error.param
    choices = [str(choice) for choice in parameter.type.choices]
    value = error.message.split("'")[1] if "'" in error.message else ""
    name = parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(error.ctx)
    said = words.say("cli.not_one_of", name=name, value=value)
    return f"{said} {words.say('problems.allowed', expected=choices)}"


def _meant(name: str, known: Sequence[str], words: Catalogue) -> str:
    meant = nearest(name, known)
    return " " + words.say("problems.meant", meant=meant) if meant else ""
