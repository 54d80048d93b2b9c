/** The changelog's parts, as they go into the notes of a release. */

/**
 * What the changelog says of a version, without its heading. A release candidate that has no part of its own gets what is
 * not released yet.
 * @throws Error where there is nothing to say
 */
export function notesOf(changelog: string, tag: string): string {
  const version = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
  if (!version) throw new Error(`${tag} is not a version's tag, such as v1.2.3 or v1.3.0-rc.1`);
  const parts = partsOf(changelog);
  const notes = parts.get(version) ?? (version.includes("-") ? parts.get("Unreleased") : undefined);
  if (notes === undefined) {
    throw new Error(
      `CHANGELOG.md has no "## ${version}". Write its lines below that heading (those under "Unreleased" become its), commit, and tag that commit.`,
    );
  }
  if (notes === "") throw new Error(`CHANGELOG.md says nothing under "## ${version}".`);
  return notes;
}

/** Heading → what stands below it, in the file's order. */
export function partsOf(changelog: string): Map<string, string> {
  const parts = changelog.replaceAll("\r\n", "\n").split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => {
      const [heading = "", ...lines] = part.split("\n");
      return [heading.trim(), lines.join("\n").trim()];
    }),
  );
}
