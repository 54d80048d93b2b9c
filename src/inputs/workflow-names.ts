/** A workflow by its file and by its name: whoever gives one wrong may have meant the other. */

import { nearest } from "../text/near.ts";

export interface NamedWorkflow {
  file: string;
  /** The file's path where the file gives none. */
  name: string;
}

/** e.g. `publish.yml (Release)` */
export function describeWorkflow({ file, name }: NamedWorkflow): string {
  return name === "" || name.endsWith(`/${file}`) ? file : `${file} (${name})`;
}

/** The one that was probably meant, whichever of the two was given, with or without the file's ending. */
export function nearestWorkflow<Each extends NamedWorkflow>(
  given: string,
  workflows: readonly Each[],
): Each | undefined {
  const stem = nearest(
    withoutEnding(given),
    workflows.flatMap(({ file, name }) => [withoutEnding(file), name]),
  );
  return stem === undefined
    ? undefined
    : workflows.find(({ file, name }) => withoutEnding(file) === stem || name === stem);
}

function withoutEnding(file: string): string {
  return file.replace(/\.ya?ml$/i, "");
}
