// The npm package `ws`, as programs use it on LND's REST. Prints each message as it comes, then the code of the end.
//   websocket.mjs ADDRESS PATH header|subprotocol [BODY]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LND_PACKAGES, "package.json"));
const WebSocket = require("ws");

const file = (name) => readFileSync(join(process.env.LND_DIR, name));
const macaroon = file("data/chain/bitcoin/regtest/readonly.macaroon").toString("hex");
const [address, path, place, body] = process.argv.slice(2);
const url = `wss://${address}${path}`;
const options = { ca: file("tls.cert") };
// LND's documentation has the header; a browser can only name subprotocols, and wants one of them back.
const socket = place === "header" ? new WebSocket(url, { ...options, headers: { "Grpc-Metadata-Macaroon": macaroon } })
  : new WebSocket(url, ["Grpc-Metadata-Macaroon+" + macaroon], options);
const print = (value) => console.log(JSON.stringify(value));

socket.on("open", () => {
  socket.send(body ?? "{}");
  socket.ping("are you there?");
});
socket.on("pong", (data) => print({ pong: data.toString(), subprotocol: socket.protocol === "" ? null : socket.protocol }));
socket.on("message", (data, isBinary) => print({ message: JSON.parse(data), isBinary }));
socket.on("close", (code) => print({ closed: code }));
socket.on("error", (error) => print({ error: error.message }));
