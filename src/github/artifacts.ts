/** Reads GitHub's lists of artifacts. */

import {
  fields,
  type Id,
  InvalidResponse,
  isId,
  nameOf,
  numberOf,
  type Page,
  page,
  timeMs,
} from "./response-fields.ts";

/** What a run has uploaded under a name. */
export interface Artifact {
  id: Id;
  name: string;
  /** As it is kept: of a zip, packed. */
  sizeBytes: number | undefined;
  isExpired: boolean;
  /** Epoch ms by the server's clock, in whole seconds. */
  createdAtMs: number | undefined;
  /** e.g. `sha256:…` of what is downloaded; older servers do not tell. */
  digest: string | undefined;
}

export function readArtifacts(data: unknown): Page<Artifact> {
  return page(data, "artifacts", (each) => {
    const { id, name, size_in_bytes, expired, created_at, digest } = fields(each, "artifact");
    if (!isId(id)) throw new InvalidResponse("artifact", "id");
    return {
      id,
      name: nameOf(name),
      sizeBytes: numberOf(size_in_bytes),
      isExpired: expired === true,
      createdAtMs: timeMs(created_at),
      digest: typeof digest === "string" ? digest : undefined,
    };
  });
}
