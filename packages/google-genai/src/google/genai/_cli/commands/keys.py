"""`genai keys`: API keys in a file that only the user can read, or in the system's keyring."""

from __future__ import annotations

import sys

import click

from .. import keys as store, output
from ..exits import Failure
from ..flags import verbosity_options

_KEYRING = click.option("--keyring", is_flag=True, help="Use the system's keyring, not the file.")


@click.group()
def keys() -> None:
    """Store API keys.

    The key named default is used if the environment has no key; others are chosen with --key NAME.
    """


@keys.command("set")
@click.argument("name", default=store.DEFAULT_NAME)
@_KEYRING
@verbosity_options
def set_key(name: str, keyring: bool) -> None:
    """Store a key under NAME. The key is asked for, or read from stdin."""
    store.check_name(name)
    value = _read_key(name)
    if keyring:
        store.store_in_keyring(name, value)
        output.note(f"Stored in the keyring: {name}. The setting keyring = true makes genai look there.")
    else:
        output.note(f"Stored in {store.store(name, value)}: {name}")


@keys.command()
@click.argument("name", default=store.DEFAULT_NAME)
@_KEYRING
@click.option("--show", is_flag=True, help="Print the key itself.")
@verbosity_options
def get(name: str, keyring: bool, show: bool) -> None:
    """Print the last characters of a key."""
    value = store.from_keyring(name) if keyring else store.stored_keys().get(name)
    if value is None:
        raise Failure(f"No key is named {store.check_name(name)!r}.", hint=f"Run: genai keys set {name}")
    output.write_line(value if show else store.masked(value))


@keys.command("list")
@verbosity_options
def list_keys() -> None:
    """List the names of the keys in the file."""
    rows = [(name, store.masked(value)) for name, value in sorted(store.stored_keys().items())]
    output.write_table(("name", "key"), rows, empty="No keys are stored; genai keys set stores one.")


@keys.command()
@click.argument("name")
@verbosity_options
def remove(name: str) -> None:
    """Remove a key from the file."""
    store.remove(store.check_name(name))
    output.note(f"Removed: {name}")


@keys.command()
def path() -> None:
    """Print the path of the file with the keys."""
    output.write_line(str(store.keys_file()))


def _read_key(name: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(click.prompt(f"Key {name}", hide_input=True, err=True))
