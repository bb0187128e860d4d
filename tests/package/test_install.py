"""apt installs the packages in a clean Debian, upgrades them and removes them, while a node (the stand-in) runs with the plugins. Skipped where
root may not mount."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import packages
from clean_root import CleanRoot, why_not

sys.path.append(str(packages.TOP / "tests" / "lightningd"))
from rpc_client import RpcClient, RpcError, wait_until  # noqa: E402
from standin import die_with_parent  # noqa: E402

OLDER = "0.0.1-1"
ASK = '{"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{}}\n\n'
LIGHTNINGD = ["env", "LIGHTNINGD_PLUGIN=1", "LIGHTNINGD_VERSION=v26.06.6"]
# Options of a plugin that is started by hand. Nothing listens on port 1.
OPTIONS = {
    "trackpayments": {},
    "trackpayments-lnd": {"trackpayments-lnd-rpclisten": "127.0.0.1:0", "trackpayments-lnd-restlisten": "127.0.0.1:0"},
    "trackpayments-nats": {"trackpayments-nats-url": "nats://127.0.0.1:1"},
}


def older(package: Path, folder: Path) -> None:
    """The same package under an older version, in that folder."""
    tree = folder / package.stem
    packages.output("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(rf"^(Version: |Depends: trackpayments \(= ){re.escape(packages.changelog_version())}", rf"\g<1>{OLDER}",
                              control.read_text(), flags=re.MULTILINE))
    packages.output("dpkg-deb", "--root-owner-group", "--build", tree, folder)
    shutil.rmtree(tree)


class Node:
    """The stand-in, in the root."""

    def __init__(self, root: CleanRoot) -> None:
        shutil.copy(os.environ["STANDIN"], root.inside("/opt/lightningd"))
        self.process = subprocess.Popen(root.command("/opt/lightningd", "--lightning-dir", "/opt/node", "--log-file", "log"),
                                        stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.log = root.inside("/opt/node/regtest/log")
        wait_until(self.started, "the node")
        self.rpc = RpcClient(str(root.inside("/opt/node/regtest/lightning-rpc")))
        self.paid = 0

    def started(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the node ended with exit code {self.process.returncode}")
        return self.log.exists() and "Server started" in self.log.read_text()

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, *_: object) -> None:
        self.rpc.close()
        self.process.kill()
        self.process.wait()

    def start(self, name: str) -> None:
        self.rpc.call("plugin", {"subcommand": "start", "plugin": packages.PROGRAMS[name], **OPTIONS[name]})

    def stop(self, name: str) -> None:
        self.rpc.call("plugin", {"subcommand": "stop", "plugin": packages.PROGRAMS[name]})

    def pay(self) -> str:
        """The status of a new payment, as the tracker gives it."""
        self.paid += 1
        invoice = self.rpc.call("invoice", {"amount_msat": 5000, "label": f"tea {self.paid}", "description": "tea"})
        self.rpc.call("xpay", {"invstring": invoice["bolt11"]})
        answer = self.rpc.call("trackpayments", {"payment_hash": invoice["payment_hash"], "timeout": 60})
        return answer["payments"][-1]["status"]


class Install(unittest.TestCase):
    def setUp(self) -> None:
        self.root = root = CleanRoot()
        root.__enter__()
        self.addCleanup(root.__exit__)
        for version in ("older", "newer"):
            root.inside(f"/packages/{version}").mkdir(parents=True)
        for name in packages.PROGRAMS:
            older(packages.package(name), root.inside("/packages/older"))
            shutil.copy(packages.package(name), root.inside("/packages/newer"))

    def apt(self, *arguments: str) -> None:
        self.root.run("apt-get", "--yes", "--no-install-recommends", *arguments)

    def install(self, version: str) -> None:
        self.apt("install", *(f"/packages/{version}/{file.name}" for file in self.root.inside(f"/packages/{version}").iterdir()))

    def assert_installed(self, version: str) -> None:
        listing = self.root.run("dpkg-query", "--show", "--showformat=${Package} ${Version} ${db:Status-Status}\n", *packages.PROGRAMS)
        self.assertEqual(listing.splitlines(), [f"{name} {version} installed" for name in packages.PROGRAMS])
        for name, program in packages.PROGRAMS.items():
            self.assertEqual(self.root.run(program, "--version").split()[0], name)
            manifest = json.loads(self.root.run(*LIGHTNINGD, program, given=ASK))["result"]
            self.assertIn(name, [method["name"] for method in manifest["rpcmethods"]])

    def test_packages_are_installed_upgraded_and_removed(self) -> None:
        self.install("older")
        self.assert_installed(OLDER)
        self.apt("install", "libsodium23")  # the stand-in's
        with Node(self.root) as node:
            for name in packages.PROGRAMS:
                node.start(name)
            self.assertEqual(node.pay(), "SUCCEEDED")
            self.assertTrue(node.rpc.call("trackpayments-lnd")["restlisten"])

            self.install("newer")
            self.assert_installed(packages.changelog_version())
            self.assertEqual(node.pay(), "SUCCEEDED", "the older plugin runs until it is stopped")
            for name in reversed(packages.PROGRAMS):
                node.stop(name)
            for name in packages.PROGRAMS:
                node.start(name)
            self.assertEqual(node.pay(), "SUCCEEDED")

            self.apt("purge", *packages.PROGRAMS)
            self.assertEqual(node.pay(), "SUCCEEDED", "removed, the plugin runs until it is stopped")
            node.stop("trackpayments")
            with self.assertRaisesRegex(RpcError, "(?i)not executable|no such file"):
                node.start("trackpayments")
        left = [path for folder in ("usr", "etc", "var/lib/dpkg/info") for path in self.root.inside(folder).rglob("*trackpayments*")]
        self.assertEqual(left, [])


if __name__ == "__main__":
    packages.folder()
    if reason := why_not():
        packages.skip(reason)
    unittest.main()
