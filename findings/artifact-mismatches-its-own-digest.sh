#!/usr/bin/env bash
# @actions/artifact 6.2.1, the library in upload-artifact and download-artifact, says `digestMismatch: true` of a sound download if
# `expectedHash` is the `digest` that its own upload has returned. That is bare (908566…), and a download is compared as
# `sha256:908566…`. Its types call `expectedHash` "the hash that was computed for the artifact during upload". What lists artifacts
# gives the `digest` with `sha256:`, and fits. The results service and its storage are played here, on loopback.
# Ends with 1 as soon as the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @actions/artifact@6.2.1
cat >look.mjs <<'JS'
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { DefaultArtifactClient } from "@actions/artifact";

const ids = { workflow_run_backend_id: "run", workflow_job_run_backend_id: "job" };
let [stored, hash] = [Buffer.alloc(0), ""];
const service = createServer(async (request, answer) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.searchParams.get("comp") === "block") stored = Buffer.concat([stored, body]);
  if (request.method === "PUT") return answer.writeHead(201).end();
  if (request.method === "GET") return answer.writeHead(200, { "content-type": "application/zip" }).end(stored);
  const method = url.pathname.split("/").at(-1);
  const blob = `http://${request.headers.host}/storage/1?sig=x`;
  if (method === "FinalizeArtifact") hash = JSON.parse(body).hash;
  const listed = { ...ids, database_id: "1", name: "values", size: String(stored.length), digest: hash };
  const answers = {
    CreateArtifact: { ok: true, signed_upload_url: blob },
    FinalizeArtifact: { ok: true, artifact_id: "1" },
    ListArtifacts: { artifacts: [listed] },
    GetSignedArtifactURL: { signed_url: blob },
  };
  answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answers[method]));
});
await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
const claims = Buffer.from(JSON.stringify({ scp: "Actions.Results:run:job" })).toString("base64url");
process.env.ACTIONS_RUNTIME_TOKEN = `e30.${claims}.`;
process.env.ACTIONS_RESULTS_URL = `http://127.0.0.1:${service.address().port}/`;
process.env.GITHUB_SERVER_URL = "https://github.com";
process.env.GITHUB_WORKSPACE = process.cwd();

mkdirSync("from");
writeFileSync("from/values.json", '{"version":"1.10"}');
const client = new DefaultArtifactClient();
const { id, digest: returned } = await client.uploadArtifact("values", ["from/values.json"], "from");
const isSound = createHash("sha256").update(stored).digest("hex") === returned;
const { artifact } = await client.getArtifact("values");
const mismatch = async (expectedHash) => {
  const { digestMismatch } = await client.downloadArtifact(id, { path: "to", expectedHash });
  return digestMismatch;
};
const [byUpload, byList] = [await mismatch(returned), await mismatch(artifact.digest)];
const isSame = readFileSync("to/values.json", "utf8") === readFileSync("from/values.json", "utf8");
service.close();
const short = (text) => text.replace(/[0-9a-f]{58}$/, "…");
console.log(`\nthe upload returned ${short(returned)}, which is that of what is stored: ${isSound}; the file came back as it was: ${isSame}`);
console.log(`expected as the upload returned it: digestMismatch ${byUpload}; as the list has it, ${short(artifact.digest)}: ${byList}`);
process.exit(isSound && isSame && byUpload === true && byList === false ? 0 : 1);
JS
node look.mjs | tail -n 2
