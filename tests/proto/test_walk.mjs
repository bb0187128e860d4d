// Tests of the checker: real payments pass, and each kind of error is noticed for its own reason.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { load, verified } from "./descriptor.mjs";
import { fields_of, full_name, walk } from "./message.mjs";
import { encode, round_trip } from "./round_trip.mjs";
import { HEX, SIZES } from "./spelling.mjs";
import { JsonNumber, NotStrict, parse } from "./strict_json.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { payment: PAYMENT, protobuf } = load(process.env.PROTO_MODULES);

const example_text = (name) => readFileSync(join(here, "examples", `${name}.json`), "utf8");
const example = (name) => parse(example_text(name)).get("result");

function complaints(payment) {
  const found = [];
  walk(payment, PAYMENT, "payment", found);
  return found;
}

// Each step is a key of an object or an index of an array.
const inside = (value, ...steps) => steps.reduce((at, step) => (Array.isArray(at) ? at[step] : at.get(step)), value);

function move_to_end(object, key) {
  const value = object.get(key);
  object.delete(key);
  object.set(key, value);
}

const SIZES_OF_EXAMPLES = { settled: 556, retried_then_two_parts: 1394, rejected: 534 };

for (const [name, size] of Object.entries(SIZES_OF_EXAMPLES)) {
  test(`the example ${name} passes and is ${size} bytes on the wire`, () => {
    const found = complaints(example(name));
    round_trip(example(name), PAYMENT, protobuf, "payment", found);
    assert.deepEqual(found, []);
    assert.equal(encode(example(name), PAYMENT).length, size);
  });
}

test("TrackPayments streams lnrpc.Payment with sixteen fields", () => {
  assert.equal(full_name(PAYMENT), "lnrpc.Payment");
  assert.equal(fields_of(PAYMENT).length, 16);
});

test("fields with a size of their own are fields of the descriptor", () => {
  for (const [table, type] of [[HEX, "string"], [SIZES, "bytes"]]) {
    for (const name of Object.keys(table)) {
      const [message, field] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
      assert.equal(PAYMENT.root.lookupType(message).fields[field].type, type, name);
    }
  }
});

test("a proto file that is not LND's is refused", () => {
  assert.throws(() => verified(Buffer.from("message Payment {}"), "00", "lightning.proto"), /lightning.proto is not LND's/);
});

// Each starts from the retried example: a failed attempt with a channel_update, then two settled ones.
const failed = ["htlcs", 0, "failure"];
const last_hop = ["htlcs", 1, "route", "hops", 1];
const MUTATIONS = {
  "a missing key": [(p) => p.delete("fee_msat"), /^payment: "fee_msat" is missing$/],
  "a missing key deep inside": [(p) => inside(p, ...last_hop).delete("total_amt_msat"), /hops\[1\]: "total_amt_msat" is missing$/],
  "a missing later field": [(p) => p.delete("first_hop_custom_records"), /"first_hop_custom_records" is missing$/],
  "an extra key": [(p) => p.set("path", []), /^payment\.path: lnrpc\.Payment has no such field$/],
  "an extra key deep inside": [(p) => inside(p, ...failed).set("failcode", new JsonNumber("4103")), /failure\.failcode: lnrpc\.Failure/],
  "the JSON spelling of a name": [
    (p) => {
      p.set("paymentIndex", p.get("payment_index"));
      p.delete("payment_index");
    }, /^payment: "payment_index" is missing\npayment\.paymentIndex: lnrpc\.Payment has no such field$/],
  "keys out of order": [(p) => move_to_end(p, "value"), /^payment: "value" is declared before "first_hop_custom_records"$/],
  "field numbers as the order": [(p) => move_to_end(inside(p, "htlcs", 1), "attempt_id"), /htlcs\[1\]: "attempt_id" is declared before/],
  "a number for int64": [(p) => p.set("value_msat", new JsonNumber("300000000")), /value_msat: number 300000000 is not a decimal/],
  "a number for uint64": [(p) => inside(p, ...last_hop).set("chan_id", new JsonNumber("1")), /hops\[1\]\.chan_id: number 1 is not/],
  "a string for uint32": [(p) => inside(p, ...last_hop).set("expiry", "850021"), /expiry: "850021" is not a whole number/],
  "a fraction for uint32": [(p) => inside(p, ...last_hop).set("expiry", new JsonNumber("850021.0")), /expiry: number 850021\.0 is not/],
  "an exponent for uint32": [(p) => inside(p, ...last_hop).set("expiry", new JsonNumber("1e5")), /expiry: number 1e5 is not/],
  "uint32 above its range": [(p) => inside(p, ...failed).set("height", new JsonNumber("4294967296")), /height: .* range of uint32/],
  "uint32 below its range": [(p) => inside(p, ...failed).set("flags", new JsonNumber("-1")), /flags: number -1 is not/],
  "int64 above its range": [(p) => p.set("fee", "9223372036854775808"), /fee: .* range of int64/],
  "uint64 above its range": [(p) => p.set("payment_index", "18446744073709551616"), /payment_index: .* range of uint64/],
  "a negative uint64": [(p) => p.set("payment_index", "-1"), /payment_index: .* range of uint64/],
  "leading zeros": [(p) => p.set("payment_index", "02"), /payment_index: "02" is not a decimal string/],
  "a minus before zero": [(p) => p.set("fee", "-0"), /fee: "-0" is not a decimal string/],
  "an amount with its unit": [(p) => p.set("value_msat", "300000000msat"), /value_msat: "300000000msat" is not/],
  "an empty string for int64": [(p) => p.set("fee", ""), /fee: "" is not a decimal string/],
  "null for a scalar": [(p) => p.set("payment_request", null), /payment_request: null is not a string/],
  "null for an enum": [(p) => p.set("failure_reason", null), /failure_reason: null is not a name/],
  "null for an array": [(p) => p.set("htlcs", null), /htlcs: null is not an array/],
  "null for a map": [(p) => inside(p, ...last_hop).set("custom_records", null), /custom_records: null is not a map/],
  "null inside an array": [(p) => p.get("htlcs").push(null), /htlcs\[3\]: null is not a lnrpc\.HTLCAttempt/],
  "an array for a message": [(p) => inside(p, "htlcs", 1).set("route", []), /route: an array is not a lnrpc\.Route/],
  "base64url": [(p) => inside(p, ...failed, "channel_update").set("chain_hash", "b-KMCrbxs3LBpqJGrmP3T5Meg2XhWgicaNYZAAAAAAA="),
    /chain_hash: .* is not standard base64/],
  "base64 without padding": [(p) => inside(p, "htlcs", 1).set("preimage", "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI"),
    /preimage: .* is not standard base64/],
  "base64 with stray bits": [(p) => inside(p, ...last_hop).set("metadata", "AB=="), /metadata: "AB==" is not standard base64/],
  "hex for bytes": [(p) => inside(p, "htlcs", 1).set("preimage", "22".repeat(32)), /preimage: .* has 48 bytes, not 0 or 32/],
  "a signature that is too short": [(p) => inside(p, ...failed, "channel_update").set("signature", "AQE="), /signature: .* 2 bytes, not 64/],
  "upper-case hex": [(p) => p.set("payment_hash", p.get("payment_hash").toUpperCase()), /payment_hash: .* lower-case hex of 32 bytes/],
  "an empty preimage": [(p) => p.set("payment_preimage", ""), /payment_preimage: "" is not lower-case hex of 32 bytes/],
  "a public key that is too short": [(p) => inside(p, ...last_hop).set("pub_key", "02".repeat(32)), /pub_key: .* hex of 33 bytes/],
  "an unknown enum name": [(p) => p.set("status", "COMPLETE"), /status: "COMPLETE" is not a name of this enum/],
  "a name of another enum": [(p) => inside(p, "htlcs", 0).set("status", "INITIATED"), /htlcs\[0\]\.status: "INITIATED"/],
  "a name every object has": [(p) => p.set("status", "constructor"), /status: "constructor" is not a name/],
  "an enum as a number": [(p) => inside(p, ...failed).set("code", new JsonNumber("15")), /code: number 15 is not a name/],
  "a bool as a string": [(p) => inside(p, ...last_hop).set("tlv_payload", "true"), /tlv_payload: "true" is not true or false/],
  "map keys in the order of text": [(p) => inside(p, ...last_hop).set("custom_records", new Map([["100000", ""], ["65537", "AQ=="]])),
    /custom_records: key "65537" comes after 100000/],
  "a map key that is no number": [(p) => inside(p, ...last_hop).set("custom_records", new Map([["0x10001", ""]])),
    /custom_records: key "0x10001" is not a decimal string/],
  "a map value in hex": [(p) => p.set("first_hop_custom_records", new Map([["106823", "0"]])), /records\["106823"\]: "0" is not standard/],
  "half a surrogate pair": [(p) => p.set("payment_request", "\ud83d"), /payment_request: .* is not Unicode text/],
};

for (const [name, [mutate, expected]] of Object.entries(MUTATIONS)) {
  test(`${name} is refused`, () => {
    const payment = example("retried_then_two_parts");
    mutate(payment);
    const found = complaints(payment);
    assert.ok(found.length > 0, "no complaint");
    assert.match(found.join("\n"), expected);
  });
}

test("extremes pass, and protobufjs reads back the same", () => {
  const payment = example("settled");
  payment.set("value_msat", "-9223372036854775808");
  payment.set("payment_index", "18446744073709551615");
  payment.set("payment_request", "ünï — 😀");
  payment.set("first_hop_custom_records", new Map([["0", ""], ["9", "AA=="], ["65536", "/+8="], ["18446744073709551615", "AQ=="]]));
  inside(payment, "htlcs", 0).set("failure", null);
  inside(payment, "htlcs", 0, "route").set("total_time_lock", new JsonNumber("4294967295"));
  const found = complaints(payment);
  round_trip(payment, PAYMENT, protobuf, "payment", found);
  assert.deepEqual(found, []);
});

test("protobufjs refuses wrong values by itself", () => {
  const wrong = example("settled");
  wrong.set("value_msat", "123456789msat");
  inside(wrong, "htlcs", 0).set("preimage", "AB==");
  wrong.set("status", "COMPLETE");
  const found = [];
  round_trip(wrong, PAYMENT, protobuf, "payment", found);
  assert.ok(found.length >= 2, found.join("\n"));
});

const NOT_STRICT = {
  "a key twice": '{"a": 1, "a": 1}', "a comma too many": "[1,]", "a leading zero": "01", "no number": "NaN", "two values": "{} {}",
  "a half": '{"a": "b', "a raw line break": '"\n"', "an unknown escape": '"\\x41"', "no key": "{1: 2}", "nothing": "",
  "a literal with a longer end": "nullx", "depth": "[".repeat(1000) + "]".repeat(1000),
};

for (const [name, text] of Object.entries(NOT_STRICT)) {
  test(`JSON with ${name} is refused`, () => assert.throws(() => parse(text), NotStrict));
}

test("JSON numbers and the order of keys are kept as written", () => {
  const read = parse(' {"2": [1.0, -2e3, true, null], "1": "\\u00e9\\n\\"", "": {}} ');
  assert.deepEqual([...read.keys()], ["2", "1", ""]);
  assert.deepEqual(read.get("2").slice(0, 2).map((number) => number.text), ["1.0", "-2e3"]);
  assert.deepEqual(read.get("2").slice(2), [true, null]);
  assert.equal(read.get("1"), 'é\n"');
});

function program(input, ...names) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, "walk.mjs"), ...names], { input, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

const one_line = JSON.stringify(JSON.parse(example_text("settled")).result);
const message = (topic, payload, more = "") => `{${more}"method":"${topic}","params":{"${topic}":${payload},"cursor":"02aa.run.1.1"}}`;
const golden = '"run":0,';

test("payments, stream frames, topic messages and golden lines are walked", () => {
  const lines = [
    one_line, `{"result":${one_line}}`, message("trackpayments", one_line), message("trackpayments_final", one_line, '"jsonrpc":"2.0",'),
    message("trackpayments_final", '"same"', golden), message("trackpayments_deleted", "{}"), "",
    `{"method":"trackpayments","params":{"origin":"x","payload":{"trackpayments":${one_line},"cursor":"c"}}}`,
  ];
  assert.deepEqual(program(lines.join("\n") + "\n"), { status: 0, text: "5 payments, 0 complaints\n" });
});

const BAD_INPUT = {
  "a wrong payment": [message("trackpayments", one_line.replace('"fee":"2"', '"fee":2')), /^stdin:2: params\.trackpayments\.fee: number 2 is not/],
  "a thinned copy outside the goldens": [message("trackpayments_final", '"same"'), /"same" is not a lnrpc\.Payment/],
  "a thinned update": [message("trackpayments", '"same"', golden), /"same" is not a lnrpc\.Payment/],
  "a topic that is not ours": [message("trackpayment", one_line), /method: "trackpayment" is no topic/],
  "a member beside payment and cursor": [message("trackpayments", `${one_line},"extra":1`), /not exactly "trackpayments" and a "cursor"/],
  "no JSON": ["{", /no key/],
  "an error frame": ['{"error":{}}', /payment: "payment_hash" is missing/],
};

for (const [name, [line, expected]] of Object.entries(BAD_INPUT)) {
  test(`the program complains about ${name}`, () => {
    const { status, text } = program(`${one_line}\n${line}\n`);
    assert.equal(status, 1);
    assert.match(text, expected);
    assert.match(text, /^[0-9]+ payments, [1-9][0-9]* complaints$/m);
  });
}

test("the program complains about empty input and about bytes that are not UTF-8", () => {
  assert.deepEqual(program("\n"), { status: 1, text: "stdin: no input\n0 payments, 1 complaints\n" });
  assert.match(program(Buffer.from([0x22, 0xff, 0x22])).text, /stdin: not UTF-8/);
});

test("batches are answered one by one, and complaints about one are not in the next", () => {
  const wrong = one_line.replace('"fee":"2"', '"fee":2');
  const not_utf8 = Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x0a]);
  const input = Buffer.concat([Buffer.from(`${one_line}\n${one_line}\n\n${one_line}\n${wrong}\n\n`), not_utf8, Buffer.from(`${one_line}\n\n`)]);
  const { status, text } = program(input, "--batches");
  assert.equal(status, 1);
  assert.match(text, /^2 payments, 0 complaints\nstdin:2: payment\.fee: number 2 is not .*\n2 payments, 1 complaints\n/);
  assert.match(text, /\nstdin: not UTF-8\n(.*\n)*1 payments, 0 complaints\n$/);
  assert.deepEqual(program(`${one_line}\n\n`, "--batches"), { status: 0, text: "1 payments, 0 complaints\n" });
});

function in_folder(body) {
  const folder = mkdtempSync(join(tmpdir(), "proto-"));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("files and folders are walked, and must hold a payment", () => in_folder((folder) => {
  assert.match(program("", folder).text, /no payment there\n0 payments, 1 complaints/);
  writeFileSync(join(folder, "b.jsonl"), `${one_line}\n${one_line.replace("SUCCEEDED", "DONE")}\n`);
  const { status, text } = program("", folder, join(here, "examples", "rejected.json"));
  assert.equal(status, 1);
  assert.match(text, /b\.jsonl:2: payment\.status: "DONE" is not a name of this enum\n3 payments, 1 complaints/);
  assert.equal(program("", join(folder, "none.jsonl")).status, 2);
}));

// `run` with only these programs, by name and path.
function run_in(folder, programs, ...more) {
  mkdirSync(folder);
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(folder, name));
  const { status, stderr } = spawnSync(join(folder, "bash"), [join(here, "run"), ...more], {
    env: { PATH: folder }, encoding: "utf8", input: "",
  });
  return { status, stderr };
}

test("without node or npm the check fails with the packages to install", () => in_folder((folder) => {
  const places = process.env.PATH.split(":");
  const place_of = (name) => places.map((place) => join(place, name)).find((path) => existsSync(path));
  const places_of = (names) => Object.fromEntries(names.map((name) => [name, place_of(name)]));
  const base = places_of(["bash", "dirname", "mkdir", "cmp", "flock"]);
  for (const [name, programs] of Object.entries({ node: base, npm: { ...base, ...places_of(["node"]) } })) {
    const { status, stderr } = run_in(join(folder, name), programs, "--build", join(folder, "build"), "--stdin");
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^tests/proto: ${name} is missing, .*: install nodejs and npm\n$`));
  }
}));

test("the lock file has no registry and pins the content of the packages", () => {
  const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
  for (const [path, entry] of Object.entries(lock.packages)) {
    assert.equal(entry.resolved, undefined, path);
    if (path !== "") assert.match(entry.integrity, /^sha512-/, path);
  }
  assert.equal(lock.packages["node_modules/@lightningpolar/lnd-api"].version, "0.20.0-beta");
  for (const version of Object.values(lock.packages[""].dependencies)) assert.match(version, /^[0-9]/);
});
