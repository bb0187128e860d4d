"""Whether lightningd's configuration starts a plugin. If it does not, setconfig still writes the plugin's option into a file, and then the
node does not start: the option is unknown."""

from __future__ import annotations

import os
from typing import Any


def same_file(a: str, b: str) -> bool:
    try:
        return os.path.samefile(a, b)
    except OSError:
        return False


def entries(directory: str) -> list[str]:
    try:
        return [os.path.join(directory, name) for name in os.listdir(directory)]
    except OSError:
        return []


def starts_with_node(configs: dict[str, Any], program: str) -> bool:
    """`configs` as listconfigs shows them."""
    def values(option: str) -> list[str]:
        return configs.get(option, {}).get("values_str", [])

    # A relative path starts where lightningd was started, which listconfigs does not show: compare only the name.
    name = os.path.basename(program)
    if any(same_file(path, program) or (not os.path.isabs(path) and os.path.basename(path) == name)
           for path in values("plugin") + values("important-plugin")):
        return True
    directories = values("plugin-dir")
    if own := configs.get("lightning-dir", {}).get("value_str"):  # lightningd looks there, and one level below
        always = os.path.join(own, "plugins")
        directories = [*directories, always, *entries(always)]
    if builtin := configs.get("autoclean-cycle", {}).get("plugin"):
        directories = [*directories, os.path.dirname(builtin)]
    return any(same_file(path, program) for directory in directories for path in entries(directory))
