"""Any hook request is answered once, and with an answer that lightningd survives (src/cln/README.md): `continue`, or for delpay a
`return` of a result or of an error with code and message. Also while lightningd's own answers are malformed."""

from __future__ import annotations

import collections
import json
import unittest
from typing import Any, Iterator

from fake_host import FakeHost, ended_row, pending_row
from support import PAYEE, PEER, Stage, die_on_sigterm
from versions import NODE

HASH = "ab" * 32
CONTINUE = {"result": "continue"}
HOP = {"id": PEER, "channel": "103x1x0", "amount_msat": 1011, "delay": 17, "direction": 1}
ROUTE = [HOP, {"id": PAYEE, "channel": "103x2x0", "amount_msat": 1000, "delay": 11}]

# Each method's parameters in their order, with valid values.
GOOD: dict[str, dict[str, Any]] = {
    "sendpay": {"route": ROUTE, "payment_hash": HASH, "label": "l", "amount_msat": 1000, "bolt11": "lnbcrt1", "payment_secret": HASH,
                "partid": 1, "localinvreqid": HASH, "groupid": 1, "payment_metadata": "00", "description": "d"},
    "createonion": {"hops": [{"pubkey": PEER, "payload": "0502"}], "assocdata": HASH, "session_key": HASH, "onion_size": 1300},
    "sendonion": {"onion": "00", "first_hop": HOP, "payment_hash": HASH, "label": "l", "shared_secrets": [HASH], "partid": 1,
                  "bolt11": "lnbcrt1", "amount_msat": 1000, "destination": PAYEE, "localinvreqid": HASH, "groupid": 1, "description": "d",
                  "total_amount_msat": 1000},
    "injectpaymentonion": {"onion": "00", "payment_hash": HASH, "amount_msat": 1000, "cltv_expiry": 200, "partid": 1, "groupid": 1,
                           "label": "l", "invstring": "lnbcrt1", "localinvreqid": HASH, "destination_msat": 900},
    "delpay": {"payment_hash": HASH, "status": "complete", "partid": 0, "groupid": 1},
}
# And the members inside them.
INSIDE = [("sendpay", ("route", 0), tuple(HOP)), ("sendonion", ("first_hop",), tuple(HOP)),
          ("createonion", ("hops", 0), ("pubkey", "payload"))]

WELL_FORMED = [
    b"null", b"true", b"false", b"0", b"1", b"-1", b"1.5", b"1e3", b"18446744073709551615", b"18446744073709551616",
    b"-9223372036854775809", b"9" * 400,
    b'""', b'"x"', b'"ab"', b'"%s"' % (b"zz" * 32), b'"%s"' % (b"ab" * 31), b'"%s"' % (b"ab" * 33), b'"%s"' % (b"AB" * 32),
    b'"0x1"', b'"-1"', b'"1.5"', b'"1000msat"', b'"1sat"', b'"99999999999999999999"', b'"103x1"', b'"4294967296x1x1"', b'"complete"',
    b'"pending"', b'"failed"', b"[]", b"{}", b"[[]]", b'[{"id":{}}]', b'{"":[]}', b'{"id":1,"id":2}', b"[" * 100 + b"]" * 100,
    b'{"a":' * 100 + b"1" + b"}" * 100, rb'"\u0000"', rb'"a\u0000b"', rb'"\"}],{\\"', "\"ключ€🙂\"".encode()]
# Brackets and quotes in pairs, but no JSON: no lightningd passes it on.
MALFORMED = [b"1e400", b"-1e400", rb'"\ud800"', rb'"\x"', rb'"\u12"', b'"\xff\xfe"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\x00"',
             b"tru", b"nul", b"NaN", b"-Infinity", b"0x10", b"+1", b"01", b"1.", b".5", b"1e", b"-", b"'x'",
             b"[1 2]", b"[,]", b'{"a" 1}', b"{1:2}", b'{"a":1,}', b"\xff", b"\x7f"]
VALUES = WELL_FORMED + MALFORMED


def text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def members(pairs: Any) -> bytes:
    return b"{" + b",".join(json.dumps(name).encode() + b":" + text(value) for name, value in pairs) + b"}"


def listed(values: Any) -> bytes:
    return b"[" + b",".join(map(text, values)) + b"]"


def odd_params(method: str, values: list[bytes]) -> Iterator[bytes]:
    """Each parameter, by name and by position, with every value and without."""
    good = GOOD[method]
    for name in good:
        for value in values:
            changed = {**good, name: value}
            yield members(changed.items())
            yield listed(changed.values())
        yield members((n, v) for n, v in good.items() if n != name)
        yield listed(list(good.values())[:list(good).index(name)])
        if method != "delpay":  # our own call would repeat it, too: the host of the test is strict
            yield members([*good.items(), (name, 7)])
    for owner, path, names in INSIDE:
        for name in names if owner == method else ():
            for value in values:
                inner = good[path[0]][path[1]] if len(path) > 1 else good[path[0]]
                spoiled = members({**inner, name: value}.items())
                yield members({**good, path[0]: b"[" + spoiled + b"]" if len(path) > 1 else spoiled}.items())
    yield members([*good.items(), ("extra", 1)])
    yield listed([*good.values(), 1, 2, 3])
    yield from values


def calls(method: str, values: list[bytes]) -> Iterator[bytes]:
    """A client's request: the object inside rpc_command."""
    head = b'{"jsonrpc":"2.0","id":"cli:x#1","method":"%s"' % method.encode()
    for params in odd_params(method, values):
        yield head + b',"params":' + params + b"}"
    yield head + b"}"  # no params at all
    good = text(GOOD[method])
    for value in values:
        yield head + b',"params":' + good + b',"filter":' + value + b"}"
        yield b'{"jsonrpc":' + value + b',"id":' + value + b',"method":"%s","params":' % method.encode() + good + b"}"
        yield b'{"id":"x","method":' + value + b',"params":' + good + b"}"
    yield head + b',"params":' + good + b',"filter":{"payments":[{"nothing":true}]}}'
    yield head + b',"params":' + good + b',"params":5}'
    yield b'{"params":' + good + b"}"


def payloads() -> Iterator[bytes]:
    """The params of hook requests."""
    for method in GOOD:
        for call in calls(method, VALUES):
            yield b'{"rpc_command":' + call + b"}"
    for value in VALUES:
        yield value
        yield b'{"rpc_command":' + value + b"}"
        yield b'{"rpc_commands":' + value + b"}"
        yield b'{"rpc_command":{"method":"getinfo","id":1,"params":' + value + b"}}"


def complaint(method: bytes, answer: Any) -> str | None:
    """The reason why lightningd would crash or not understand the answer, or None."""
    if answer == CONTINUE:
        return None
    if method != b"delpay" or not isinstance(answer, dict) or list(answer) != ["return"]:
        return "neither continue nor return"
    given = answer["return"]
    if list(given) == ["result"]:  # lightningd would write a bare string without its quotes
        return "return.result is a bare string" if isinstance(given["result"], str) else None
    error = given.get("error")
    if list(given) != ["error"] or not isinstance(error, dict):
        return "neither result nor error"
    code, message = error.get("code"), error.get("message")
    if type(code) is not int or not -2**31 <= code < 2**31 or not isinstance(message, str):
        return "return.error without code or message"
    return None


class HostileHooks(unittest.TestCase):
    def asked(self, host: FakeHost, requests: list[tuple[str, bytes]]) -> dict[str, int]:
        """`hooks`: id as a token of JSON, and params. Checks that all are answered once; counts each kind of answer."""
        before = len(host.messages)
        host.raw(b"".join(b'{"jsonrpc":"2.0","id":%s,"method":"rpc_command","params":%s}\n\n' % (identity.encode(), params)
                          for identity, params in requests))
        seen = 0
        answers: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)

        def collect() -> bool:
            nonlocal seen
            for message in host.messages[before + seen:]:
                if "method" not in message:
                    answers[json.dumps(message["id"])].append(message)
            seen = len(host.messages) - before
            return sum(map(len, answers.values())) >= len(requests)

        host.barrier()
        collect()
        missing = [params for identity, params in requests if json.dumps(json.loads(identity)) not in answers]
        self.assertEqual([params[:300] for params in missing if b'"method":"delpay"' not in params], [], "not answered")
        host.wait(collect, f"the answers to {missing[:3]}")
        host.barrier()
        collect()
        kinds: collections.Counter[str] = collections.Counter()
        for identity, params in requests:
            given = answers[json.dumps(json.loads(identity))]
            self.assertEqual([list(reply) for reply in given], [["jsonrpc", "id", "result"]], (identity[:80], params[:200]))
            method = b"delpay" if b'"method":"delpay"' in params else b""
            self.assertIsNone(complaint(method, given[0]["result"]), (given[0]["result"], params[:300]))
            kinds[next(iter(given[0]["result"]))] += 1
        return kinds

    def test_every_bad_payload_is_answered_once(self) -> None:
        with FakeHost(rows=[ended_row(pending_row(1, HASH), "complete", 1)]) as host:
            host.begin()
            kinds = self.asked(host, [(f'"h{n}"', params) for n, params in enumerate(payloads())])
            print(f"{sum(kinds.values())} payloads: {dict(kinds)}")
            self.assertGreater(sum(kinds.values()), 5000)
            self.assertGreater(kinds["return"], 20, "good ones are among them")
            host.insert(pending_row(2))
            host.wait(lambda: host.published()[-1:] and host.published()[-1]["payment_hash"] == f"{2:064x}", "the next payment")
            self.assertEqual(host.stop(), 0)

    def test_before_init_and_without_a_socket_every_call_is_continued(self) -> None:
        good = [b'{"rpc_command":{"id":"c","method":"%s","params":%s}}' % (method.encode(), text(params))
                for method, params in GOOD.items()]
        with FakeHost() as host:
            some = good + list(payloads())[::40]
            self.assertEqual(list(self.asked(host, [(f'"early{n}"', params) for n, params in enumerate(some)])), ["result"])
            host.begin()
            host.hang_up()
            host.wait(lambda: "RPC socket: " in str(host.logs()), "that it knows")
            self.assertEqual(list(self.asked(host, [(f'"late{n}"', params) for n, params in enumerate(some)])), ["result"])

    def test_ids_of_every_shape_come_back_unchanged(self) -> None:
        ids = ["0", "-1", "7", "18446744073709551616", "1.5", "1e3", '""', '"a b"', r'"\"\\\/"', r'"\u0000"', '"' + "x/" * 5000 + '"',
               '"ключ"', "null", "true", '"trackpayments:delpay#1"', '"cln:rpc_command#1"']
        good = b'{"rpc_command":{"id":"c","method":"sendpay","params":' + text(GOOD["sendpay"]) + b"}}"
        bare = b'{"rpc_command":{"id":"c","method":"delpay","params":["%s","complete"]}}' % HASH.encode()
        with FakeHost(rows=[pending_row(1, HASH)]) as host:
            host.begin()
            for params in (good, bare, b"null"):
                self.asked(host, [(identity, params) for identity in ids])

    def test_a_call_too_deep_or_too_long_for_us_is_continued(self) -> None:
        """A hook request without an answer holds its command for ever."""
        with FakeHost() as host:
            host.begin()
            for name, value in (("long", b'"' + b"ab" * (1 << 19) + b'"'), ("many", listed([HOP] * 5000)),
                                ("deep", b"[" * 200 + b"]" * 200), ("very deep", b'{"a":' * 200_000 + b"1" + b"}" * 200_000)):
                for method in GOOD if name == "deep" else ("sendpay", "delpay"):
                    with self.subTest(kind=name, method=method):
                        self.send_hook(host, f"{name} {method}", method, value)

    def send_hook(self, host: FakeHost, identity: str, method: str, value: bytes) -> None:
        params = b'{"rpc_command":{"id":"c","method":"%s","params":{"payment_hash":%s}}}' % (method.encode(), value)
        host.raw(b'{"jsonrpc":"2.0","id":"%s","method":"rpc_command","params":%s}\n\n' % (identity.encode(), params))
        host.barrier()
        self.assertEqual([m.get("result") for m in host.messages if m.get("id") == identity], [CONTINUE])


ROW = text(ended_row(pending_row(1, HASH), "complete", 1))
REPLIES = [b'"error":' + error for error in (
    b"{}", b"null", b"[]", b'"no"', b"5", b"tru", b"1e400", b'{"code":"208","message":"x"}', b'{"code":null,"message":"x"}',
    b'{"message":"x"}', b'{"code":true,"message":"x"}', b'{"code":208.5,"message":"x"}', b'{"code":1e400,"message":"x"}',
    b'{"code":2147483648,"message":"x"}',
    b'{"code":-2147483649,"message":"x"}', b'{"code":18446744073709551616,"message":"x"}', b'{"code":208}', b'{"code":208,"message":null}',
    b'{"code":208,"message":5}', b'{"code":208,"message":["x"]}', rb'{"code":208,"message":"a\u0000\n\"b"}',
    b'{"code":208,"message":"\xff"}',
    rb'{"code":208,"message":"\ud800"}', b'{"code":208,"message":"x","data":1e400}', b'{"code":208,"message":"%s"}' % (b"x" * (1 << 20)),
    b'{"code":208 "message":"x"}', b'{"code":208,"code":"x","message":"y"}', b"[" * 300 + b"]" * 300)]
REPLIES += [b'"result":' + result for result in (
    b"null", b"true", b"5", b'"text"', b"[]", b"{}", b"tru", b"1e400", b"'x'", b'{"payments":null}', b'{"payments":{}}',
    b'{"payments":[null]}',
    b'{"payments":[{}]}', b'{"payments":[tru]}', b'{"payments":[1e400]}', b'{"payments":["\xff"]}', rb'{"payments":["\ud800"]}',
    b'{"payments":[] "x":1}', b'{"payments":[],}', b'{"payments":[%s,]}' % ROW, b'{"payments":[%s],"x":\x00}' % ROW,
    b'{"payments":[%s,%s]}' % (ROW, ROW), b'{"payments":[%s]}' % ROW.replace(b'"complete"', b'"odd"'),
    b'{"payments":[%s]}' % ROW.replace(b"1000000", b"-5"), b"[" * 300 + b"]" * 300)]
REPLIES += [b'"result":{},"error":{"code":1,"message":"x"}', b'"neither":1', b'"result":{"payments":[%s]},"result":5' % ROW]


class OddAnswers(unittest.TestCase):
    """Odd answers of lightningd, while the plugin serves a delpay."""

    def test_the_hook_is_answered_correctly_whatever_lightningd_answers(self) -> None:
        call = {"id": "c", "method": "delpay", "params": [HASH, "complete"]}
        kinds: collections.Counter[str] = collections.Counter()
        with FakeHost(rows=[ended_row(pending_row(1, HASH), "complete", 1)]) as host:
            host.begin()
            for number, body in enumerate(REPLIES):
                for method in ("listsendpays", "delpay"):
                    for filtered in ({}, {"filter": {"payments": [{"status": True}]}}):
                        with self.subTest(method=method, body=body[:120], filtered=bool(filtered)):
                            self.odd_answer(host, f"{method} {number} {len(filtered)}", method, body, {**call, **filtered}, kinds)
            print(f"{sum(kinds.values())} odd answers: {dict(kinds)}")
            self.assertGreater(min(kinds["result"], kinds["return"]), 2)

    def odd_answer(self, host: FakeHost, identity: str, method: str, body: bytes, call: dict[str, Any], kinds: Any) -> None:
        given = []

        def answer(_: Any, token: Any) -> bytes:
            given.append(token)
            return b'{"jsonrpc":"2.0","id":%s,%s}\n\n' % (text(token[1]["id"]), body)

        host.wait_armed()  # it may have lost the connection over the last one
        host.model.table = {1: ended_row(pending_row(1, HASH), "complete", 1)}
        host.answers[method] = answer
        try:
            host.hook(identity, call)
            reply = host.reply(identity)
        finally:
            host.answers.clear()
        self.assertTrue(given, "it was called")
        self.assertIsNone(complaint(b"delpay", reply.get("result")), reply)
        kinds[next(iter(reply["result"]))] += 1


class Judged(unittest.TestCase):
    """The stand-in checks the answers: it crashes where lightningd does."""

    def test_the_node_survives_bad_calls_and_answers_them(self) -> None:
        with Stage() as stage:
            stage.allowed += ["cannot read the params"]
            invoice = stage.pay(1_000_000, "settle")
            stage.wait_status(invoice, "SUCCEEDED")
            client = stage.node.rpc
            tried = 0
            for method in [method for method in GOOD if method != "injectpaymentonion" or NODE.has_xpay]:
                for number, params in enumerate(list(odd_params(method, WELL_FORMED))[tried % 6::6]):
                    identity = f"odd:{method}#{number}" if number % 5 else 10**6 * (1 + list(GOOD).index(method)) + number
                    client.send_raw(b'{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}\n\n' % (text(identity), method.encode(), params))
                    client.reply(identity)
                    tried += 1
            print(f"{tried} calls checked by the node")
            self.assertGreater(tried, 400)
            for row in stage.node.rows(payment_hash=HASH):  # those that were good calls
                stage.unwatched.add(str(row["created_index"]))
            stage.settle()


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
