/** The licences of all that is in the bundle, whose terms want them to go with every copy. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Those that ask for no more than their text. */
const ALLOWED = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "BlueOak-1.0.0"];

/** A module in webpack's account of what it has bundled; those that were melted into one lie within it. */
export interface Module {
  name?: string;
  modules?: Module[];
}

/** Where the packages lie whose modules are in the bundle, e.g. `node_modules/yaml`. Sorted. */
export function bundledPackages(modules: readonly Module[]): string[] {
  const found = new Set<string>();
  for (const { name = "", modules: within = [] } of modules) {
    // The greedy start finds the innermost package of nested ones.
    const path = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(name.replaceAll("\\", "/"))?.[0];
    if (path) found.add(path.slice(path.indexOf("node_modules/")));
    for (const each of bundledPackages(within)) found.add(each);
  }
  return [...found].sort();
}

/**
 * The text that goes with the bundle, the same for the same packages.
 * @throws Error that lists every package without a licence, or with one that is not allowed
 */
export function licensesOf(packages: readonly string[], root: string): string {
  const problems: string[] = [];
  const parts = new Map<string, string>();
  for (const path of packages) {
    const directory = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license?: unknown;
    };
    const files = readdirSync(directory)
      .filter((file) => /^(licen[cs]e|notice|copying)(\.|-|$)/i.test(file))
      .sort();
    if (typeof license !== "string" || !ALLOWED.includes(license)) {
      problems.push(
        `${name} ${version} is under ${JSON.stringify(license) ?? "no licence"}, which is not one of: ${ALLOWED.join(", ")}`,
      );
    } else if (!files.some((file) => /^(licen[cs]e|copying)/i.test(file))) {
      problems.push(`${name} ${version} says ${license}, but has no file with its text`);
    }
    const texts = files.map((file) => readFileSync(join(directory, file), "utf8").replaceAll("\r\n", "\n").trim());
    // A package that lies in two places in one version is one.
    parts.set(`${name} ${version}`, [`${name} ${version} (${license})`, ...texts].join("\n\n"));
  }
  if (problems.length > 0) {
    throw new Error(`The bundle cannot be given to others:\n${problems.map((each) => `- ${each}`).join("\n")}`);
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `${sorted.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
