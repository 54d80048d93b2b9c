/**
 * Writes what follows from something else: node24/action.yml from action.yml, and of README.md the tables from action.yml, the
 * recipes from examples/, what is shown of a step from test/expected/, and what is said of this repository's name from
 * package.json. With `--check` it only says whether they are stale.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";
import { cut } from "./cut.ts";
import { forNode24 } from "./node24.ts";
import { PLACEHOLDER, repositoryIn } from "./repository.ts";

interface ActionYml {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
}

const actionText = readFileSync("action.yml", "utf8");
const action = parse(actionText) as ActionYml;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const tables: Record<string, string> = {
  inputs: table(
    ["input", "default", "meaning"],
    Object.entries(action.inputs).map(([name, { description, default: byDefault }]) => [
      `\`${name}\``,
      byDefault === undefined ? "–" : `\`${byDefault}\``,
      description,
    ]),
  ),
  outputs: table(
    ["output", "meaning"],
    Object.entries(action.outputs).map(([name, { description }]) => [`\`${name}\``, description]),
  ),
};

const before = readFileSync("README.md", "utf8");
const withTables = Object.entries(tables).reduce((text, [name, rows]) => {
  const place = new RegExp(`(<!-- ${name}: from action.yml -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
  if (!place.test(text)) throw new Error(`README.md has no place for the table of ${name}`);
  return text.replace(place, (_, start: string, end: string) => `${start}${rows}\n${end}`);
}, before);

/** `<!-- example: gate/caller.yml jobs.publish -->`: that file, or what the paths after it cut out of it. */
const withExamples = withTables.replace(
  /(<!-- example: (\S+)(.*) -->\n)[\s\S]*?(<!-- end of example -->)/g,
  (_, start: string, file: string, paths: string, end: string) => {
    const block = cut(readFileSync(`examples/${file}`, "utf8"), paths.split(" ").filter(Boolean));
    return `${start}\`\`\`yaml\n${block}\n\`\`\`\n${end}`;
  },
);

/** `<!-- shown: failure -->`: the log and the error of that step, as test/expected/ holds them. */
const withShown = withExamples.replace(
  /(<!-- shown: (\S+) -->\n)[\s\S]*?(<!-- end of shown -->)/g,
  (_, start: string, name: string, end: string) => {
    const [log = "", error = ""] = readFileSync(`test/expected/${name}.txt`, "utf8").split("\n\n--------\n\n");
    const text = `${log}\n${error}`.replaceAll("https://github.test", "https://github.com");
    return `${start}\`\`\`text\n${text}\n\`\`\`\n${end}`;
  },
);

/** `<!-- name: from package.json -->`: what a reader who copies a `uses:` has to know of the name in it. */
const { owner, fullName } = repositoryIn(process.cwd());
const aboutName =
  owner === PLACEHOLDER
    ? `\`${PLACEHOLDER}\` stands for the account that publishes this repository: write its name there.`
    : `\`${fullName}\` is this repository; its tag \`v1\` moves with each release, a commit's SHA never does.`;
const readme = withShown.replace(
  /(<!-- name: from package.json -->\n)[\s\S]*?(<!-- end of name -->)/g,
  (_, start: string, end: string) => `${start}${aboutName}\n${end}`,
);

const written = { "README.md": readme, "node24/action.yml": forNode24(actionText) };
for (const [file, text] of Object.entries(written)) {
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
