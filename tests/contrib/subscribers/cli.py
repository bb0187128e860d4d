#!/usr/bin/env python3
"""Stands in for lightning-cli where there is none: --rpc-file in --lightning-dir/--network, -k METHOD KEY=VALUE. As lightning-cli it
prints the result, or the error with exit code 1; 2 where nobody answers."""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "lightningd"))

from rpc_client import RpcClient, RpcError  # noqa: E402

options = dict(word[2:].split("=", 1) for word in sys.argv[1:] if word.startswith("--"))
words = [word for word in sys.argv[1:] if not word.startswith("-")]
path = Path(options["lightning-dir"]) / options["network"] / options["rpc-file"]
try:
    with RpcClient(str(path)) as client:
        print(json.dumps(client.call(words[0], dict(word.split("=", 1) for word in words[1:])), indent=3))
except RpcError as error:
    print(json.dumps(error.error, indent=3))
    sys.exit(1)
except (OSError, EOFError):
    sys.exit(2)
