// The steps of LND's documentation for TrackPayments with Node, in the same order. Prints each payment as JSON, bytes in base64.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LND_PACKAGES, "package.json"));
const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const loaderOptions = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true, includeDirs: [process.env.LND_PROTOS] };
const definition = protoLoader.loadSync(["lightning.proto", "routerrpc/router.proto"], loaderOptions);
const { routerrpc } = grpc.loadPackageDefinition(definition);

const certificate = readFileSync(join(process.env.LND_DIR, "tls.cert"));
const macaroon = readFileSync(join(process.env.LND_DIR, "data/chain/bitcoin/regtest/admin.macaroon")).toString("hex");
const sslCreds = grpc.credentials.createSsl(certificate);
const macaroonCreds = grpc.credentials.createFromMetadataGenerator((_, callback) => {
  const metadata = new grpc.Metadata();
  metadata.add("macaroon", macaroon);
  callback(null, metadata);
});
const router = new routerrpc.Router(process.env.LND_ADDRESS, grpc.credentials.combineChannelCredentials(sslCreds, macaroonCreds));

// This reader shows the key of a map<uint64, bytes> as eight raw bytes; so it does with LND.
function plain(key, value) {
  if (value?.type === "Buffer") return Buffer.from(value.data).toString("base64");
  if (key !== "custom_records" && key !== "first_hop_custom_records") return value;
  return Object.fromEntries(Object.entries(value).map(([name, data]) =>
    [name.length === 8 ? Buffer.from(name, "latin1").readBigUInt64LE().toString() : name, data]));
}

const call = router.trackPayments({ no_inflight_updates: false });
call.on("data", (payment) => console.log(JSON.stringify(payment, plain)));
call.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
