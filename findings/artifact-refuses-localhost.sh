#!/usr/bin/env bash
# @actions/artifact 6.2.1, the library in upload-artifact and download-artifact, takes a server called `localhost` for a GitHub Enterprise
# Server and refuses to upload there (GHESNotSupportedError), before it asks anything; `github.localhost` it lets pass. Its
# check (isLocalHost) compares with the ending `.LOCALHOST`, which `localhost` itself does not have. 127.0.0.1 is refused
# as well.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @actions/artifact@6.2.1
cat >look.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { DefaultArtifactClient } from "@actions/artifact";

let asked = 0;
const service = createServer((request, answer) => {
  request.resume().on("end", () => {
    asked++;
    answer.writeHead(403, { "content-type": "application/json" }).end('{"msg":"enough seen"}');
  });
});
await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
const claims = Buffer.from(JSON.stringify({ scp: "Actions.Results:run:job" })).toString("base64url");
process.env.ACTIONS_RUNTIME_TOKEN = `e30.${claims}.`;
process.env.ACTIONS_RESULTS_URL = `http://127.0.0.1:${service.address().port}/`;
writeFileSync("values.json", "{}");

const seen = [];
for (const server of ["https://github.com", "http://github.localhost:3000", "http://localhost:3000", "http://127.0.0.1:3000"]) {
  process.env.GITHUB_SERVER_URL = server;
  const before = asked;
  const error = await new DefaultArtifactClient().uploadArtifact("values", ["values.json"], ".").catch((error) => error);
  seen.push([server, asked > before ? "asks the service" : error.name]);
}
service.close();
for (const each of seen) console.log(`${each[0]}: ${each[1]}`);
const expected = ["asks the service", "asks the service", "GHESNotSupportedError", "GHESNotSupportedError"];
process.exit(seen.every(([, what], index) => what === expected[index]) ? 0 : 1);
JS
node look.mjs | tail -n 4
