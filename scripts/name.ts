/**
 * `npm run name -- acme/tracked-dispatch`: sets this repository's name wherever it stands, in package.json first, from which
 * all else follows. With `--check` it only says which files speak of another.
 */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Repository, readFullName, repositoryIn } from "./repository.ts";

/** What users read and copy, and what GitHub reads. */
const PLACES = [".github", "docs", "examples", "action.yml", "package.json", /^[A-Z_]+\.md$/];
const TEXT = /(\.(md|yml|yaml|json)|CODEOWNERS)$/;

function files(): string[] {
  return readdirSync(".", { withFileTypes: true })
    .filter(({ name }) => PLACES.some((place) => (typeof place === "string" ? place === name : place.test(name))))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(entry.name, { recursive: true, encoding: "utf8" }).map((name) => join(entry.name, name))
        : [entry.name],
    )
    .filter((name) => TEXT.test(name))
    .sort();
}

/** The places of a text that name this repository, or its owner as somebody who is asked for a review. */
function placesOf({ owner, fullName }: Repository): RegExp {
  const literal = (text: string) => text.replace(/[.\\]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${literal(fullName)}(?![\\w-])|(?<=@)${literal(owner)}(?=/maintainers)`, "g");
}

function rename(from: Repository, to: Repository): void {
  for (const file of files()) {
    const before = readFileSync(file, "utf8");
    const after = before.replace(placesOf(from), (found) => (found === from.owner ? to.owner : to.fullName));
    if (after !== before) writeFileSync(file, after);
  }
}

/** Wherever the action is used, by whatever name: `file:line: name`. */
function strangers({ fullName }: Repository): string[] {
  const uses = /(?:uses: *|github\.com\/|gh repo \w+ )([\w<>.-]+\/(?:tracked-dispatch|NAME))(?![\w-])/g;
  const ours = new RegExp(uses.source.replace("NAME", fullName.split("/")[1] ?? ""), "g");
  return files().flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, index) =>
        [...line.matchAll(ours)]
          .filter(([, name]) => name !== fullName)
          .map(([, name]) => `${file}:${index + 1}: ${name}`),
      ),
  );
}

const [argument] = process.argv.slice(2);
const before = repositoryIn(process.cwd());
if (argument === undefined) {
  console.log(before.fullName);
} else if (argument === "--check") {
  const found = strangers(before);
  if (found.length > 0) {
    console.error(`package.json says ${before.fullName}, but these say otherwise:\n${found.join("\n")}`);
    console.error(`Run \`npm run name -- ${before.fullName}\` after you have put that right in them, and commit it.`);
    process.exitCode = 1;
  }
} else {
  const after = readFullName(argument);
  rename(before, after);
  const tsx = join("node_modules", "tsx", "dist", "cli.mjs");
  execFileSync(process.execPath, [tsx, join("scripts", "readme.ts")], { stdio: "inherit" });
  console.log(`${before.fullName} is now ${after.fullName}. \`npm run check\` says whether all is as it should be.`);
}
