// The strict walk: compares a JSON value with the descriptor of a message. Every declared field must be there, in declaration order,
// in the form of its type, and there is no other key. It checks only the form; other tests check that a payment agrees with itself
// and with the events.

import { enum_name, scalar, SCALARS, shown } from "./spelling.mjs";

// protobufjs keeps fields in the order in which the proto file declares them; reserved numbers are not fields.
export function fields_of(type) {
  for (const field of type.fieldsArray) {
    if (field.partOf !== null) throw new Error(`${field.fullName}: no rule how to spell a oneof or an optional field`);
  }
  return type.fieldsArray;
}

export const full_name = (field) => field.fullName.replace(/^\./, "");

function single(value, field, path, complaints) {
  const type = field.resolvedType;
  if (type !== null && type.fieldsArray !== undefined) return walk(value, type, path, complaints);
  const wrong = type === null ? scalar(value, field.type, full_name(field)) : enum_name(value, type.values);
  if (wrong !== undefined) complaints.push(`${path}: ${wrong}`);
}

function map(value, field, path, complaints) {
  if (!(value instanceof Map)) return complaints.push(`${path}: ${shown(value)} is not a map`);
  let before;
  for (const [key, item] of value) {
    const wrong = SCALARS[field.keyType](key);
    if (wrong !== undefined) {
      complaints.push(`${path}: key ${wrong}`);
    } else {
      if (before !== undefined && BigInt(key) <= before) complaints.push(`${path}: key ${shown(key)} comes after ${before}`);
      before = BigInt(key);
    }
    single(item, field, `${path}[${JSON.stringify(key)}]`, complaints);
  }
}

function list(value, field, path, complaints) {
  if (!Array.isArray(value)) return complaints.push(`${path}: ${shown(value)} is not an array`);
  value.forEach((item, number) => single(item, field, `${path}[${number}]`, complaints));
}

function keys(value, type, path, complaints) {
  const declared = fields_of(type).map((field) => field.name);
  const here = [...value.keys()];
  for (const name of declared) if (!value.has(name)) complaints.push(`${path}: ${shown(name)} is missing`);
  for (const name of here) if (!declared.includes(name)) complaints.push(`${path}.${name}: ${full_name(type)} has no such field`);
  const known = here.filter((name) => declared.includes(name));
  const astray = known.find((name, number) => number > 0 && declared.indexOf(name) < declared.indexOf(known[number - 1]));
  if (astray === undefined) return;
  complaints.push(`${path}: ${shown(astray)} is declared before ${shown(known[known.indexOf(astray) - 1])}`);
}

export function walk(value, type, path, complaints) {
  if (!(value instanceof Map)) return complaints.push(`${path}: ${shown(value)} is not a ${full_name(type)}`);
  keys(value, type, path, complaints);
  for (const field of fields_of(type)) {
    if (!value.has(field.name)) continue;
    const [item, there] = [value.get(field.name), `${path}.${field.name}`];
    if (field.map) map(item, field, there, complaints);
    else if (field.repeated) list(item, field, there, complaints);
    else if (item !== null || field.resolvedType?.fieldsArray === undefined) single(item, field, there, complaints);
  }
}
