"""A Debian 12 with nothing but apt, in a temporary folder. Only root can make one, where it may mount.

    with CleanRoot() as root:
        root.run("apt-get", "install", "--yes", "./packages/trackpayments_0.2.0-1_amd64.deb")
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
ENVIRONMENT = ["env", "-i", "HOME=/", "LC_ALL=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]


def why_not() -> str | None:
    """The reason why there can be no root here."""
    if os.geteuid() != 0:
        return "Only root can make a root for packages."
    if shutil.which("mmdebstrap") is None:
        return "mmdebstrap is not installed."
    if subprocess.run([*NAMESPACES, "true"], capture_output=True).returncode != 0:
        return "Root may not mount here."
    return None


class CleanRoot:
    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="root-")
        self.directory = Path(self._temporary.name)
        self.directory.chmod(0o755)

    def __enter__(self) -> "CleanRoot":
        # apt's lists stay, for the dependencies of what is installed.
        subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--skip=cleanup/apt/lists", "bookworm", self.directory], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def command(self, *command: str) -> list[str]:
        """Runs it in the root, with a /proc of its own; all processes that it started end with it."""
        return [*NAMESPACES, f"--mount-proc={self.directory}/proc", "chroot", str(self.directory), *ENVIRONMENT, *command]

    def run(self, *command: str, given: str = "") -> str:
        """Its output. `given`: its input."""
        done = subprocess.run(self.command(*command), input=given, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def inside(self, path: str) -> Path:
        """Where a path of the root is outside of it."""
        return self.directory / path.lstrip("/")
