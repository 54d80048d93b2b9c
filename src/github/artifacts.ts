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

export interface Artifact {
  id: Id;
  name: string;
  /** As stored: of a zip, compressed. */
  sizeBytes: number | undefined;
  isExpired: boolean;
  /** Epoch ms by the server's clock, in whole seconds. */
  createdAtMs: number | undefined;
  /** Of the download, e.g. `sha256:…`; missing on older servers. */
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
