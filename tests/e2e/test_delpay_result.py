"""The answer of `delpay` has the same bytes as the built-in command's; also with filters, and with ids of all kinds."""

from __future__ import annotations

import json
import socket
import unittest
from typing import Any

from support import BOUND, STANDIN, Stage, StandIn, die_on_sigterm


def exchange(node: StandIn, *requests: str) -> list[bytes]:
    """The answers as bytes, on a connection of their own, one after the other."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(BOUND)
    client.connect(str(node.socket_path))
    answers = []
    with client:
        for request in requests:
            client.sendall(request.encode())
            data = b""
            while not data.endswith(b"\n\n"):
                more = client.recv(1 << 20)
                if not more:
                    raise EOFError(data)
                data += more
            answers.append(data)
    return answers


def row(index: int, payment_hash: str, status: str, **more: Any) -> dict[str, Any]:
    made = {"created_index": index, "id": index, "payment_hash": payment_hash, "groupid": 1, "amount_msat": 1000 * index,
            "amount_sent_msat": 1000 * index + 7, "created_at": 1_700_000_000 + index, "status": status, **more}
    if status != "pending":
        made |= {"updated_index": index, "completed_at": 1_700_000_100 + index}
    if status == "complete":
        made["payment_preimage"] = f"{index:064x}"
    return made


HASHES = [f"{n:02x}" * 32 for n in range(1, 8)]
ROWS = [
    row(1, HASHES[0], "complete", label="tea", description="söme ₿ \"quotes\" \\ and \n line", bolt11="lnbcrt1some"),
    row(2, HASHES[0], "failed", partid=2, erroronion="ab" * 20),
    row(3, HASHES[0], "complete", partid=3, destination="02" + "22" * 32),
    row(4, HASHES[1], "complete", groupid=8912158845556297834),
    row(5, HASHES[2], "failed", partid=1, bolt12="lni1some"),
    row(6, HASHES[2], "failed", partid=2),
    row(7, HASHES[3], "pending"),
]


def request(params: str, identity: str = '"x"', more: str = "") -> str:
    return f'{{"jsonrpc":"2.0","id":{identity},"method":"delpay","params":{params}{more}}}'


# Each works on the rows that remain after the ones before.
REQUESTS = [
    request(json.dumps({"payment_hash": HASHES[0], "status": "failed", "partid": 3, "groupid": 1})),
    request(json.dumps({"payment_hash": HASHES[0], "status": "failed"}), "7"),
    request(json.dumps([HASHES[0], "complete"]), '"cli:delpay#7"'),
    request(json.dumps([HASHES[0], "complete"]), '"\\u00e9 \\"/"'),
    '{ "jsonrpc" : "2.0",\n\n "method" : "delpay", "params" :\n [ "' + HASHES[1] + '",\n\n"complete" ], "id" : 12.5 }',
    request(json.dumps({"status": "failed", "groupid": 1, "partid": 2, "payment_hash": HASHES[2].upper()}), "null"),
    request(json.dumps([HASHES[2], "failed"]), '"a"', ',"filter":{"payments":[{"partid":true,"status":true,"nothing":true}]}'),
    request(json.dumps([HASHES[3], "complete"]), '"b"', ',"filter":{"payments":[{"partid":true}]}'),
    request(json.dumps({"payment_hash": "12", "status": "failed"})),
    request(json.dumps({"payment_hash": HASHES[0], "status": "pending"})),
    request("{}"),
    request("[]"),
]


def with_plugin(*requests: str) -> list[bytes]:
    with Stage(plugin=False) as stage:
        stage.node.call("standin-rows", {"rows": ROWS})
        stage.start_plugin()
        stage.wait_status(HASHES[3], "IN_FLIGHT")
        return exchange(stage.node, *requests)


def without_plugin(*requests: str) -> list[bytes]:
    with StandIn(STANDIN) as node:
        node.call("standin-rows", {"rows": ROWS})
        return exchange(node, *requests)


class DelpayResult(unittest.TestCase):
    def test_the_answers_are_those_of_a_node_without_the_plugin(self) -> None:
        for sent, ours, theirs in zip(REQUESTS, with_plugin(*REQUESTS), without_plugin(*REQUESTS)):
            with self.subTest(sent=sent):
                if b'"code":208' in theirs and b" status but " in theirs:
                    theirs = theirs.replace(b'"code":208', b'"code":211')  # the only difference: a corrected code
                if '"filter"' in sent and b'"result"' in theirs:
                    self.assertEqual(json.loads(ours), json.loads(theirs))
                else:
                    self.assertEqual(ours, theirs)

    def test_a_filter_that_matches_nothing_warns_as_the_node_does(self) -> None:
        sent = request(json.dumps([HASHES[0], "failed"]), '"a"', ',"filter":{"payments":{"partid":true}}')
        ours, theirs = json.loads(with_plugin(sent)[0]), json.loads(without_plugin(sent)[0])
        self.assertEqual(ours, theirs)
        self.assertIn("warning_parameter_filter", ours["result"])

    def test_the_deletion_of_rows_older_than_the_plugin_is_published(self) -> None:
        with Stage(plugin=False) as stage:
            stage.node.call("standin-rows", {"rows": ROWS[:3]})
            stage.start_plugin()
            stage.barrier()
            stage.node.call("delpay", [HASHES[0], "complete"])
            published = stage.wait_deletion(HASHES[0])
            self.assertEqual((published["payment_index"], published["attempt_ids"]), ("1", ["1", "3"]))
            stage.settle()
            self.assertEqual(len(stage.deletions()), 1)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
