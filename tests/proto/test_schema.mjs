// man/schema/payment.schema.json, the one list of a payment's members that the tests read, agrees with LND's own descriptor: the same
// members in the same order, each in the form of its type.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { load } from "./descriptor.mjs";
import { fields_of, full_name } from "./message.mjs";
import { HEX, SIZES } from "./spelling.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { payment: PAYMENT } = load(process.env.PROTO_MODULES);
const read_schema = () => JSON.parse(readFileSync(join(here, "../../man/schema/payment.schema.json"), "utf8"));

const NEVER_SET = ["lnrpc.Hop.amp_record"]; // Core Lightning makes no AMP payments

// The schema's name for the form of a scalar.
function scalar_name(field) {
  const name = full_name(field);
  if (field.type === "string") return Object.hasOwn(HEX, name) ? `hex${HEX[name]}` : "string";
  if (field.type === "bytes") return SIZES[name]?.length === 1 ? `bytes${SIZES[name][0]}` : "bytes";
  return field.type === "bool" ? "boolean" : field.type;
}

class Comparison {
  constructor(schema) {
    this.schema = schema;
    this.complaints = [];
    this.seen = new Set();
  }

  message(rule, type) {
    const [name, fields] = [full_name(type), fields_of(type)];
    if (this.seen.has(name)) return;
    this.seen.add(name);
    const declared = JSON.stringify(fields.map((field) => field.name));
    if (rule.type !== "object" || rule.additionalProperties !== false) this.complaints.push(`${name}: other members are allowed`);
    if (JSON.stringify(Object.keys(rule.properties)) !== declared) this.complaints.push(`${name}: not the members ${declared}`);
    if (JSON.stringify(rule.required) !== declared) this.complaints.push(`${name}: not required ${declared}`);
    for (const field of fields) if (Object.hasOwn(rule.properties, field.name)) this.field(rule.properties[field.name], field);
  }

  field(rule, field) {
    const name = full_name(field);
    const is_message = field.resolvedType?.fieldsArray !== undefined;
    if (NEVER_SET.includes(name)) return this.same(name, rule.type, "null");
    if (field.map) return this.same(name, rule.$ref, "#/definitions/records");
    if (field.repeated) {
      this.same(name, rule.type, "array");
      return this.message(this.follow(rule.items), field.resolvedType);
    }
    if (is_message) {
      if (rule.anyOf !== undefined) this.same(name, JSON.stringify(rule.anyOf[0]), '{"type":"null"}');
      return this.message(this.follow(rule.anyOf?.[1] ?? rule), field.resolvedType);
    }
    if (field.resolvedType !== null) {
      for (const value of rule.enum ?? ["no enum"]) this.same(`${name} has ${value}`, Object.hasOwn(field.resolvedType.values, value), true);
      return;
    }
    const wanted = scalar_name(field);
    this.same(name, rule.$ref?.replace("#/definitions/", "") ?? rule.type, wanted);
  }

  follow(rule) {
    return this.schema.definitions[rule.$ref.replace("#/definitions/", "")];
  }

  same(where, found, wanted) {
    if (found !== wanted) this.complaints.push(`${where}: ${found}, not ${wanted}`);
  }
}

function complaints(schema) {
  const comparison = new Comparison(schema);
  comparison.message(schema, PAYMENT);
  return comparison.complaints;
}

test("the schema has LND's members in LND's order, each in its spelling", () => {
  const comparison = new Comparison(read_schema());
  comparison.message(comparison.schema, PAYMENT);
  assert.deepEqual(comparison.complaints, []);
  const messages = ["Payment", "HTLCAttempt", "Route", "Hop", "MPPRecord", "Failure", "ChannelUpdate"].map((name) => `lnrpc.${name}`);
  assert.deepEqual([...comparison.seen].sort(), messages.sort());
});

const messages_of = (schema) => [schema, ...Object.values(schema.definitions).filter((rule) => rule.properties !== undefined)];

test("a member too few, too many or out of place is noticed in every message", () => {
  for (const number of messages_of(read_schema()).keys()) {
    const spoil = (change) => {
      const schema = read_schema();
      change(messages_of(schema)[number]);
      assert.notDeepEqual(complaints(schema), [], `message ${number}`);
    };
    spoil((rule) => delete rule.properties[Object.keys(rule.properties)[0]]);
    spoil((rule) => (rule.properties.one_more = { type: "string" }));
    spoil((rule) => (rule.properties = Object.fromEntries(Object.entries(rule.properties).reverse())));
    spoil((rule) => rule.required.pop());
    spoil((rule) => (rule.additionalProperties = true));
  }
});

test("another spelling is noticed in every field", () => {
  let count = 0;
  for (const [number, message] of messages_of(read_schema()).entries()) {
    for (const name of Object.keys(message.properties)) {
      const schema = read_schema();
      const rule = messages_of(schema)[number].properties[name];
      if (rule.items !== undefined || rule.$ref?.endsWith("/route")) continue;
      messages_of(schema)[number].properties[name] = rule.anyOf === undefined ? { type: "number" } : { anyOf: [{}, rule.anyOf[1]] };
      assert.notDeepEqual(complaints(schema), [], name);
      count += 1;
    }
  }
  assert.equal(count, 69 - 3);
});
