/** The artifact that holds the values which come back. */

import type { Reader } from "./reader.ts";

/** No artifact's name has these characters: actions/upload-artifact v4 and later refuse them. */
const NEVER_IN_NAMES = /["*/:<>?\\|]/;

/** Reads `outputs_from`; undefined where it is not given. */
export function readArtifactName({ line, problems }: Reader, waitFor: string): string | undefined {
  const name = line("outputs_from");
  if (name === "") return undefined;
  if (waitFor !== "completed")
    problems.push("`outputs_from` reads what the run has left at its end: it goes with `wait_for: completed` only.");
  if (NEVER_IN_NAMES.test(name))
    problems.push(
      "`outputs_from` is no artifact's name: give it without a path, and without any of `\" * : < > ? | \\ /`.",
    );
  return name;
}
