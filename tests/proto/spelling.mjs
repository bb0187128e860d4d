// The form of one value in LND's REST: proto3 JSON with proto names and unset fields shown (lnrpc/rpc_utils.go RESTJsonMarshalOpts).
// A rule takes a value of strict_json and returns a short complaint, or nothing.

import { JsonNumber } from "./strict_json.mjs";

export function shown(value) {
  if (value instanceof JsonNumber) return `number ${value.text}`;
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "an array";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

const no = (value, what) => `${shown(value)} is not ${what}`;

function decimal(low, high, what) {
  return (value) => {
    if (typeof value !== "string" || !/^(?:0|-?[1-9][0-9]*)$/.test(value)) return no(value, `a decimal string (${what})`);
    if (BigInt(value) < low || BigInt(value) > high) return no(value, `in the range of ${what}`);
  };
}

function uint32(value) {
  if (!(value instanceof JsonNumber) || !/^(?:0|[1-9][0-9]*)$/.test(value.text)) return no(value, "a whole number (uint32)");
  if (BigInt(value.text) >= 2n ** 32n) return no(value, "in the range of uint32");
}

function string(value) {
  if (typeof value !== "string") return no(value, "a string");
  if (/\p{Surrogate}/u.test(value)) return no(value, "Unicode text");
}

// Decoding and encoding again gives the same text only for the standard alphabet, with padding and without stray bits.
function base64(value) {
  if (typeof value !== "string" || Buffer.from(value, "base64").toString("base64") !== value) return no(value, "standard base64");
}

export const SCALARS = {
  string,
  bool: (value) => (typeof value === "boolean" ? undefined : no(value, "true or false")),
  uint32,
  int64: decimal(-(2n ** 63n), 2n ** 63n - 1n, "int64"),
  uint64: decimal(0n, 2n ** 64n - 1n, "uint64"),
  bytes: base64,
};

// Rules beyond the descriptor, which has only string and bytes: hex instead of base64, and sizes in bytes.
export const HEX = {
  "lnrpc.Payment.payment_hash": 32,
  "lnrpc.Payment.payment_preimage": 32,
  "lnrpc.Hop.pub_key": 33,
};
export const SIZES = {
  "lnrpc.HTLCAttempt.preimage": [0, 32],
  "lnrpc.MPPRecord.payment_addr": [32],
  "lnrpc.AMPRecord.root_share": [32],
  "lnrpc.AMPRecord.set_id": [32],
  "lnrpc.Hop.blinding_point": [0, 33],
  "lnrpc.Failure.onion_sha_256": [0, 32],
  "lnrpc.ChannelUpdate.signature": [64],
  "lnrpc.ChannelUpdate.chain_hash": [32],
};

export function enum_name(value, names) {
  if (typeof value !== "string" || !Object.hasOwn(names, value)) return no(value, "a name of this enum");
}

// `name`: the full name of the field, `type`: its scalar type.
export function scalar(value, type, name) {
  const rule = SCALARS[type];
  if (rule === undefined) throw new Error(`${name}: no rule how to spell ${type}`);
  const wrong = rule(value);
  if (wrong !== undefined) return wrong;
  if (Object.hasOwn(HEX, name) && !(/^[0-9a-f]*$/.test(value) && value.length === 2 * HEX[name])) {
    return no(value, `lower-case hex of ${HEX[name]} bytes`);
  }
  if (Object.hasOwn(SIZES, name) && !SIZES[name].includes(Buffer.from(value, "base64").length)) {
    return `${shown(value)} has ${Buffer.from(value, "base64").length} bytes, not ${SIZES[name].join(" or ")}`;
  }
}
