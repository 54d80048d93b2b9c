/** The changelog's parts, as they go into the notes of a release. */

/**
 * What the changelog says of a version, without its heading. A release candidate that has no part of its own gets what is
 * not released yet.
 * @throws Error if there is nothing to say, or a heading stands twice
 */
export function notesOf(changelog: string, tag: string): string {
  const version = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
  if (!version) throw new Error(`${tag} is not a version's tag, such as v1.2.3 or v1.3.0-rc.1`);
  const parts = partsOf(changelog);
  const notes = parts.get(version) ?? (version.includes("-") ? parts.get("Unreleased") : undefined);
  if (notes === undefined) {
    throw new Error(
      `CHANGELOG.md has no "## ${version}". Write that heading below "## Unreleased", so that its lines become the version's, commit, and tag that commit.`,
    );
  }
  if (notes === "") throw new Error(`CHANGELOG.md says nothing under "## ${version}".`);
  return notes;
}

/**
 * Heading → what stands below it, in the file's order.
 * @throws Error for a heading that stands twice in the file, or twice within one version: one of the two would be lost
 */
export function partsOf(changelog: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of changelog.replaceAll("\r\n", "\n").split(/^## /m).slice(1)) {
    const [first = "", ...lines] = part.split("\n");
    const heading = first.trim();
    if (parts.has(heading)) throw new Error(twice(`## ${heading}`, ""));
    const within = lines.filter((line) => line.startsWith("### ")).map((line) => line.trim());
    const again = within.find((line, index) => within.indexOf(line) < index);
    if (again) throw new Error(twice(again, ` under "## ${heading}"`));
    parts.set(heading, lines.join("\n").trim());
  }
  return parts;
}

function twice(heading: string, where: string): string {
  return `CHANGELOG.md has "${heading}" twice${where}. Put the lines of both below one heading.`;
}
