#!/usr/bin/env bash
# @octokit/request 10.0.16 takes an answer whose connection breaks off in its body for a success with the empty text: status 200,
# data "", and no error, since what `response.text()` throws is caught and left. So @octokit/plugin-paginate-rest 16.0.0 gives
# the runs of a repository, of which half a page had come, as an empty list. `fetch` itself throws "terminated".
# Ends with 1 as soon as the packages behave otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @octokit/request@10.0.16 @octokit/core@7.0.8 @octokit/plugin-paginate-rest@16.0.0
cat >look.mjs <<'JS'
import { createServer } from "node:http";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { request } from "@octokit/request";

const page = JSON.stringify({ total_count: 2, workflow_runs: [{ id: 1 }, { id: 2 }] });
const server = createServer((_, answer) => {
  answer.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": page.length });
  answer.write(page.slice(0, 40), () => setTimeout(() => answer.socket.destroy(), 100));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseUrl = `http://127.0.0.1:${server.address().port}`;

const { status, data } = await request("GET /repos/o/r/actions/runs", { baseUrl });
const runs = await new (Octokit.plugin(paginateRest))({ baseUrl }).paginate("GET /repos/o/r/actions/runs");
const thrown = await fetch(baseUrl).then((answer) => answer.text()).catch((error) => error.message);
server.close();
console.log(`${page.slice(0, 40)} and no more:`);
console.log(`request: ${status} ${JSON.stringify(data)}; paginate: ${JSON.stringify(runs)}; fetch: ${thrown}`);
process.exit(status === 200 && data === "" && runs.length === 0 && thrown === "terminated" ? 0 : 1);
JS
node look.mjs
