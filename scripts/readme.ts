/**
 * Writes what follows from something else: node24/action.yml from action.yml, and the marked places of the pages: tables from
 * action.yml, workflows from examples/, a step's error from test/expected/, this repository's name from package.json. With
 * `--check` it only says which files are stale.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";
import { cut } from "./cut.ts";
import { forNode24, TWINS } from "./node24.ts";
import { PLACEHOLDER, repositoryIn } from "./repository.ts";

const PAGES = ["README.md", "examples/README.md", "docs/how-it-works.md", "docs/commit-status.md"];

interface ActionYml {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
}

const actionIn = (file: string) => parse(readFileSync(file, "utf8")) as ActionYml;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `<!-- inputs: from action.yml -->` */
function inputs([, file = ""]: string[]): string {
  const rows = Object.entries(actionIn(file).inputs).map(([name, { description, default: byDefault }]) => [
    `\`${name}\``,
    byDefault === undefined ? "–" : `\`${byDefault}\``,
    description,
  ]);
  return table(["input", "default", "meaning"], rows);
}

function outputs([, file = ""]: string[]): string {
  const rows = Object.entries(actionIn(file).outputs).map(([name, { description }]) => [`\`${name}\``, description]);
  return table(["output", "meaning"], rows);
}

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

/** `<!-- example: gate/caller.yml jobs.publish -->`: that file, or what the paths after it cut out of it. */
function example([file = "", ...paths]: string[]): string {
  return fenced("yaml", cut(readFileSync(`examples/${file}`, "utf8"), paths));
}

/** `<!-- shown: failure -->`: the error of that step, as test/expected/ holds it. */
function shown([name = ""]: string[]): string {
  const [, error = ""] = readFileSync(`test/expected/${name}.txt`, "utf8").split("\n\n--------\n\n");
  return fenced("text", error.replaceAll("https://github.test", "https://github.com"));
}

/** `<!-- name: from package.json -->`: what a reader who copies a `uses:` has to know of the name in it. */
function aboutName(): string {
  const { owner, fullName } = repositoryIn(process.cwd());
  return owner === PLACEHOLDER
    ? `\`${PLACEHOLDER}\` stands for the account that publishes this repository: write its name there.`
    : `\`${fullName}\` is this repository; its tag \`v1\` moves with each release, a commit's SHA never does.`;
}

const WRITERS: Record<string, (words: string[]) => string> = {
  inputs,
  outputs,
  example,
  shown,
  name: aboutName,
};

/** A page with its places filled: `<!-- KIND: WORDS -->`, what is written, `<!-- end of KIND -->`. */
function filled(page: string): string {
  const place = /(<!-- (inputs|outputs|example|shown|name): (.*) -->\n)[\s\S]*?(<!-- end of \2 -->)/g;
  return readFileSync(page, "utf8").replace(
    place,
    (_, start: string, kind: string, words: string, end: string) =>
      `${start}${WRITERS[kind]?.(words.split(" ")) ?? ""}\n${end}`,
  );
}

const written = [
  ...PAGES.map((page) => [page, filled(page)] as const),
  ...(Object.keys(TWINS) as (keyof typeof TWINS)[]).map(
    (twin) => [twin, forNode24(readFileSync(TWINS[twin], "utf8"), twin)] as const,
  ),
];
for (const [file, text] of written) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else {
    console.error(
      `${file} is not what action.yml, examples/, test/expected/ and package.json say: run \`npm run readme\` and commit it.`,
    );
    process.exitCode = 1;
  }
}
