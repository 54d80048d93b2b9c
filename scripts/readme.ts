/**
 * Writes the tables of README.md from action.yml, its recipes from examples/ and what it shows of a step from test/expected/;
 * with `--check` it only says whether they are stale.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { cut } from "./cut.ts";

interface ActionYml {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
}

const action = parse(readFileSync("action.yml", "utf8")) as ActionYml;

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
const after = withExamples.replace(
  /(<!-- shown: (\S+) -->\n)[\s\S]*?(<!-- end of shown -->)/g,
  (_, start: string, name: string, end: string) => {
    const [log = "", error = ""] = readFileSync(`test/expected/${name}.txt`, "utf8").split("\n\n--------\n\n");
    const text = `${log}\n${error}`.replaceAll("https://github.test", "https://github.com");
    return `${start}\`\`\`text\n${text}\n\`\`\`\n${end}`;
  },
);

if (!process.argv.includes("--check")) {
  writeFileSync("README.md", after);
} else if (before !== after) {
  console.error(
    "README.md is not what action.yml, examples/ and test/expected/ say: run `npm run readme` and commit it.",
  );
  process.exitCode = 1;
}
