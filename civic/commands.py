"""How commands say no: one clear line on stderr, exit code 1 for a failure and 2 for wrong usage."""

import sys
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from civic.rules.refused import Refused
from civic.wording import say

LOCALE = "en"  # commands speak English, as their output is read by other programs too


class Failure(click.ClickException):
    """Something that a command could not do."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class WrongUsage(Failure):
    """A command was asked wrongly."""

    exit_code = 2


class PlainCommand(click.Command):
    """A command whose refusals and wrong usage are told in one line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise WrongUsage(f"{ctx.command_path}: {error.format_message()}") from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            with force_locale(LOCALE):
                raise Failure(say(refused)) from refused


class PlainGroup(AppGroup):
    """A group of such commands, each run with the application's context."""

    command_class = PlainCommand

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise WrongUsage(f"{ctx.command_path}: {error.format_message()}") from error


def read_stdin_line() -> str:
    """The one line that was piped in (a password), without its line end."""
    return sys.stdin.readline().rstrip("\r\n")
