"""The command line. A command's file is loaded when the command is called: a witness never imports the desk."""

import importlib
import sys
from typing import Any

import click

from lightship import __version__
from lightship.cli.shared import App, Refused
from lightship.config import ConfigError
from lightship.config.environment import current

FILES = {
    "setup": ("init", "apply", "account"),
    "run": ("up", "desk", "worker"),
    "speak": ("post", "update", "resolve"),
    "endings": ("withdraw", "merge"),
    "kit": ("kit",),
    "breakglass": ("breakglass",),
    "clarity": ("clarity",),
    "publish": ("publish", "hosts"),
    "channels": ("channels",),
    "duty": ("duty",),
    "certificate": ("certificate",),
    "doctor": ("doctor", "drill"),
    "witness": ("witness", "steer"),
    "recovery": ("recovery", "restore"),
    "scorecard": ("scorecard",),
    "history": ("import", "export"),
}
COMMANDS = {command: file for file, commands in FILES.items() for command in commands}


class Lazy(click.Group):
    """Loads a command from its file, where it has its own name (`import_` for import)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"lightship.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, f"{cmd_name}_" if cmd_name == "import" else cmd_name)
        return command if isinstance(command, click.Command) else None


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config", "config_path", metavar="PATH", help="The configuration file. Default: $LIGHTSHIP_CONFIG, else ./lightship.toml."
)
@click.version_option(__version__, prog_name="lightship")
@click.pass_context
def lightship(context: click.Context, config_path: str | None) -> None:
    """The status page that stays lit when you go dark.

    \b
    Start with:   lightship init && lightship up
    """
    context.obj = App(config_path, current())


def main(arguments: list[str] | None = None) -> None:
    """Exit status 0 done, 1 refused or failed, 2 usage. The user's mistakes are told without a traceback."""
    try:
        status: Any = lightship.main(args=arguments, prog_name="lightship", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.exceptions.Abort:
        status = 1
    except Exception as error:
        message = _message(error)
        if message is None:
            raise
        click.echo(f"lightship: {message}", err=True)
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


def _message(error: Exception) -> str | None:
    """None where it is a defect of Lightship."""
    if isinstance(error, Refused | ConfigError):
        return str(error)
    if isinstance(error, UnicodeError):
        return "there are bytes in this that are no text in UTF-8"
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}"
    database = sys.modules.get("django.db")  # not imported here: not every command loads Django
    if database is not None and isinstance(error, database.Error):
        return f"the database does not answer, or `lightship init` has not made it: {error}"
    return None
