"""The Debian packages under test, in the folder PACKAGES that contrib/check --long names, and what they should have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
MACHINE = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True).stdout.strip() if os.path.exists("/usr/bin/dpkg") else ""

# Only the tracker is among lightningd's plugins: the others open ports, or connect to servers.
PROGRAMS = {
    "trackpayments": "/usr/libexec/c-lightning/plugins/trackpayments",
    "trackpayments-lnd": "/usr/libexec/trackpayments/trackpayments-lnd",
    "trackpayments-nats": "/usr/libexec/trackpayments/trackpayments-nats",
}


def skip(reason: str) -> None:
    """Ends the test as skipped, for meson."""
    print(reason)
    sys.exit(77)


def folder(architecture: str = MACHINE) -> Path:
    if "PACKAGES" not in os.environ:
        skip("Only contrib/check --long builds the packages.")
    if not list((found := Path(os.environ["PACKAGES"], architecture)).glob("*.deb")):
        skip(f"There are no packages in {found}.")
    return found


def package(name: str, architecture: str = MACHINE) -> Path:
    found, = folder(architecture).glob(f"{name}_*_{architecture}.deb")
    return found


def changelog_version() -> str:
    """As `trackpayments (0.2.0-1) unstable; …` begins it."""
    first = (TOP / "contrib" / "debian" / "changelog").read_text().split(maxsplit=2)
    return first[1].strip("()")


def output(*command: str | os.PathLike[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
