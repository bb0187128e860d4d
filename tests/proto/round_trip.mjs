// A second opinion, by code that is not ours: protobufjs encodes the payment, reads the bytes back, and must find what was told.
// Only for values the walk has nothing to say against: protobufjs forgives too much to judge by itself.

import { fields_of } from "./message.mjs";
import { JsonNumber } from "./strict_json.mjs";

const is_message = (field) => field.resolvedType?.fieldsArray !== undefined;

// As protobufjs takes and gives objects.
function plain(value, type) {
  const one = (item, field) => {
    if (item !== null && is_message(field)) return plain(item, field.resolvedType);
    return item instanceof JsonNumber ? Number(item.text) : item;
  };
  const result = {};
  for (const field of fields_of(type)) {
    const item = value.get(field.name);
    if (field.map) result[field.name] = Object.fromEntries([...item].map(([key, each]) => [key, one(each, field)]));
    else result[field.name] = field.repeated ? item.map((each) => one(each, field)) : one(item, field);
  }
  return result;
}

// protobufjs keeps 64-bit map keys as eight characters.
function with_decimal_keys(object, type, protobuf) {
  if (object === null) return null;
  const one = (item, field) => (is_message(field) ? with_decimal_keys(item, field.resolvedType, protobuf) : item);
  const result = {};
  for (const field of fields_of(type)) {
    const item = object[field.name];
    if (field.map) {
      result[field.name] = Object.fromEntries(
        Object.entries(item).map(([key, each]) => [protobuf.util.longFromHash(key, true).toString(), one(each, field)]));
    } else {
      result[field.name] = field.repeated ? item.map((each) => one(each, field)) : one(item, field);
    }
  }
  return result;
}

function differences(told, found, path, complaints) {
  const nested = (value) => typeof value === "object" && value !== null;
  if (!nested(told) || !nested(found)) {
    if (told !== found) complaints.push(`${path}: told ${JSON.stringify(told)}, protobufjs reads back ${JSON.stringify(found)}`);
    return;
  }
  for (const key of new Set([...Object.keys(told), ...Object.keys(found)])) {
    differences(told[key], found[key], Array.isArray(told) ? `${path}[${key}]` : `${path}.${key}`, complaints);
  }
}

// Zeros that are told are put on the wire, which proto3 allows and most encoders save: so every field makes the trip.
export function encode(value, type) {
  return type.encode(type.fromObject(plain(value, type))).finish();
}

export function round_trip(value, type, protobuf, path, complaints) {
  try {
    const options = { longs: String, enums: String, bytes: String, defaults: true };
    const found = with_decimal_keys(type.toObject(type.decode(encode(value, type)), options), type, protobuf);
    differences(plain(value, type), found, path, complaints);
  } catch (error) {
    complaints.push(`${path}: protobufjs refuses it: ${error.message}`);
  }
}
