// LND's own descriptor of the message that routerrpc.Router/TrackPayments streams, and the parser that read it. Both come from the
// npm packages in package-lock.json; the proto files are used only if they equal those of lnd v0.20.0-beta byte for byte.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// In the order of their imports.
const PROTOS = [
  ["lightning.proto", "8de51253eaa478175ab21be522862cfa33c07d9dc390d7aa4544bf4220ac4f3a"],
  ["routerrpc/router.proto", "34f97ce4ea33fcca3f92838860a2b0ba79f071193e9024142f2ac4832e99383c"],
];

export function verified(bytes, sha256, name) {
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw new Error(`${name} is not LND's: its sha256 is ${found}, not ${sha256}`);
  return bytes.toString("utf8");
}

// `modules`: the folder npm installed into.
export function load(modules) {
  const protobuf = createRequire(join(modules, "package.json"))("protobufjs");
  const root = new protobuf.Root();
  for (const [name, sha256] of PROTOS) {
    const path = join(modules, "node_modules/@lightningpolar/lnd-api/protos", name);
    protobuf.parse(verified(readFileSync(path), sha256, name), root, { keepCase: true });
  }
  root.resolveAll();
  const method = root.lookupService("routerrpc.Router").methods.TrackPayments;
  if (!method.responseStream) throw new Error("TrackPayments does not stream");
  return { payment: method.resolvedResponseType, protobuf };
}
