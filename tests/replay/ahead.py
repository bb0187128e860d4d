"""Puts the plugin's monotonic clock forward: some payments end only after a minute of silence. `library` is ahead.cpp, built."""
import os
import struct
from pathlib import Path


class Ahead:
    def __init__(self, directory: str, library: str):
        self._file = Path(directory) / "ahead"
        self._file.write_bytes(bytes(8))
        # A relative path would be looked up from the plugin's directory, and not found.
        self.environment = {"LD_PRELOAD": str(Path(library).resolve(strict=True)), "CLOCK_AHEAD": str(self._file),
                            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def put_forward(self, seconds: float) -> None:
        """The file is mapped, so it must be written in place. The plugin sees it when it next wakes up."""
        with open(self._file, "r+b") as file:
            file.write(struct.pack("=q", int(seconds * 10**9)))
