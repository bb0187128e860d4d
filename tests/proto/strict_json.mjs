// JSON read strictly: members in the order they were sent, duplicate keys refused, numbers kept as they are spelled. JSON.parse
// cannot do this: it sorts keys that look like integers, drops the first of two equal keys and
// reads 1.0 as 1. Objects become Map, arrays Array, numbers JsonNumber; strings, booleans and null become themselves.

const DEEPEST = 100;

export class NotStrict extends Error {}

export class JsonNumber {
  constructor(text) {
    this.text = text;
  }
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(what) {
    throw new NotStrict(`${what} at character ${this.at}`);
  }

  // The match of the sticky expression here; "" if none.
  take(expression) {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (found === null) return "";
    this.at += found[0].length;
    return found[0];
  }

  space() {
    this.take(/[ \t\r\n]*/y);
  }

  mark(character) {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  value(depth) {
    if (depth > DEEPEST) this.fail("nested too deeply");
    this.space();
    if (this.text[this.at] === '"') return this.string();
    if (this.mark("{")) return this.object(depth);
    if (this.mark("[")) return this.array(depth);
    switch (this.take(/(?:true|false|null)\b/y)) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
    }
    const number = this.take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y);
    return number === "" ? this.fail("no JSON value") : new JsonNumber(number);
  }

  string() {
    const start = this.at;
    this.at += 1;
    while (this.take(/[^"\\\u0000-\u001f]+/y) || this.take(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y));
    if (this.text[this.at] !== '"') this.fail("a string that does not end well");
    this.at += 1;
    return JSON.parse(this.text.slice(start, this.at));
  }

  object(depth) {
    const members = new Map();
    if (this.mark("}")) return members;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.fail("no key");
      const key = this.string();
      if (members.has(key)) this.fail(`key ${JSON.stringify(key)} twice`);
      if (!this.mark(":")) this.fail("no colon");
      members.set(key, this.value(depth + 1));
    } while (this.mark(","));
    if (!this.mark("}")) this.fail("an object that does not end");
    return members;
  }

  array(depth) {
    const items = [];
    if (this.mark("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.mark(","));
    if (!this.mark("]")) this.fail("an array that does not end");
    return items;
  }
}

export function parse(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at !== text.length) reader.fail("more than one value");
  return value;
}
