/**
 * Writes docs/servers.md from the table that the simulator plays and its tests hold against GitHub's descriptions; with
 * `--check` it only says whether the page is stale.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { act, common, confidences, lines, others, servers } from "../test/simulator/servers-table.ts";

const PAGE = "docs/servers.md";
const { version } = JSON.parse(readFileSync("node_modules/@octokit/openapi/package.json", "utf8")) as {
  version: string;
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const columns = Object.values(servers);
const notes = lines.flatMap(({ source }) => (source === undefined ? [] : [source]));
/** A mark behind the line whose source is not the description. */
const titleOf = ({ title, source }: (typeof lines)[number]) =>
  source === undefined ? title : `${title} [${notes.indexOf(source) + 1}]`;

const page = `<!-- Written by \`npm run servers\` from test/simulator/servers-table.ts: change that. -->
# Servers

Where the servers differ. The step finds out by itself and needs no setting for any of this.

${table(
  ["", ...columns.map(({ title }) => title)],
  [
    ["**how we know**", ...columns.map(({ isDescribed }) => (isDescribed ? "described" : "inferred"))],
    ...lines.map((line) => [titleOf(line), ...columns.map((server) => line.of(server))]),
  ],
)}

- **described**: read in the description that GitHub publishes of this very version (\`@octokit/openapi\` ${version}). Every request
  and every answer in our tests is held against it.
- **inferred**: no description of it is published there; concluded from GitHub's documentation and the versions around it.

Versions before 3.17, which GitHub no longer supports, are not checked here. Expect what 3.17 does.

${notes.map((note, index) => `[${index + 1}] ${note}`).join("\n\n")}

The same on all of them, by their descriptions:

${common.map((each) => `- ${each}`).join("\n")}

## Other servers

Gitea and Forgejo imitate GitHub's API under \`/api/v1\`. If \`api_url\` ends so, a step can only start a workflow: it takes
\`workflow\` (the file's name), \`ref\`, \`workflow_inputs\` and \`token\`, with \`wait_for: nothing\`. Everything else is refused before
anything is sent. A \`repo\` given by its URL needs \`api_url\` as well: otherwise \`/api/v3\` of its host is asked.

${table(
  ["server", "what it does", "how we know"],
  others.map(({ server, does, confidence }) => [server, does, confidence]),
)}

${Object.entries(confidences)
  .map(([word, meaning]) => `- **${word}**: ${meaning}.`)
  .join("\n")}

## nektos/act ${act.version}, as seen

It runs workflows on your own machine. Seen without Docker (\`-P ubuntu-latest=-self-hosted\`), on Linux; \`npm run test:act\` plays it.
The remote run is real all the same: a workflow that you try with act starts what it starts.

${table(["what", "under act"], act.rows)}
`;

if (!process.argv.includes("--check")) {
  writeFileSync(PAGE, page);
} else if (!existsSync(PAGE) || readFileSync(PAGE, "utf8") !== page) {
  console.error(`${PAGE} is not what test/simulator/servers-table.ts says: run \`npm run servers\` and commit it.`);
  process.exitCode = 1;
}
