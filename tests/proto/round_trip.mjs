// A second check, by code that is not ours: protobufjs encodes the payment, reads the bytes back, and must find the same values. Only
// for values that pass the walk: protobufjs alone accepts too much.

import { fields_of } from "./message.mjs";
import { JsonNumber } from "./strict_json.mjs";

const is_message = (field) => field.resolvedType?.fieldsArray !== undefined;

// Objects in the form of protobufjs.
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

function differences(wanted, found, path, complaints) {
  const nested = (value) => typeof value === "object" && value !== null;
  if (!nested(wanted) || !nested(found)) {
    if (wanted !== found) complaints.push(`${path}: wanted ${JSON.stringify(wanted)}, protobufjs reads back ${JSON.stringify(found)}`);
    return;
  }
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    differences(wanted[key], found[key], Array.isArray(wanted) ? `${path}[${key}]` : `${path}.${key}`, complaints);
  }
}

// Zeros are encoded too, which proto3 allows and most encoders leave out: so every field makes the round trip.
export function encode(value, type) {
  return type.encode(type.fromObject(plain(value, type))).finish();
}

// The bytes of somebody's encoder must have the values of the JSON.
export function read_back(bytes, value, type, protobuf, path, complaints) {
  try {
    const options = { longs: String, enums: String, bytes: String, defaults: true };
    const found = with_decimal_keys(type.toObject(type.decode(bytes), options), type, protobuf);
    differences(plain(value, type), found, path, complaints);
  } catch (error) {
    complaints.push(`${path}: protobufjs refuses it: ${error.message}`);
  }
}

export function round_trip(value, type, protobuf, path, complaints) {
  try {
    read_back(encode(value, type), value, type, protobuf, path, complaints);
  } catch (error) {
    complaints.push(`${path}: protobufjs refuses it: ${error.message}`);
  }
}
