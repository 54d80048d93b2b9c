/** Takes the file with the values out of what was downloaded: a zip, or the bare file. */

import { Buffer } from "node:buffer";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { type Flaw, MAX_BYTES } from "./flaw.ts";

/** What a zip begins with: its first file, or its end where it has none. No JSON begins so. */
const BEGINNINGS = ["PK\u0003\u0004", "PK\u0005\u0006"];
/** The file that has the values where a zip has several. */
const VALUES_FILE = "outputs.json";
/** How many files are looked at. */
const MAX_FILES = 1000;

/**
 * The bytes of the file. Artifacts are zips, except those uploaded with `archive: false` (docs/platform.md#artifacts).
 * Nothing is written to the disk, so a path that leads out of the zip could do no harm; yauzl 3 refuses it all the same.
 */
export async function takeFile(downloaded: Uint8Array): Promise<{ file: Uint8Array } | Flaw> {
  const bytes = Buffer.from(downloaded.buffer, downloaded.byteOffset, downloaded.byteLength);
  if (!BEGINNINGS.includes(bytes.toString("latin1", 0, 4))) return { file: bytes };
  try {
    const zip = await fromBufferPromise(bytes);
    const chosen = await chooseEntry(zip);
    return "is" in chosen ? chosen : await unpack(zip, chosen);
  } catch (error) {
    // yauzl's own words may quote paths of the archive: no message repeats them.
    return { is: "damaged", how: climbs(error) ? "a path in it leads out of it" : "its archive cannot be read" };
  }
}

async function chooseEntry(zip: ZipFile): Promise<Entry | Flaw> {
  const files: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    files.push(entry);
    if (files.length > MAX_FILES) break;
  }
  const [only, ...others] = files;
  if (only && others.length === 0) return only;
  const meant = files.filter(({ fileName }) => fileName === VALUES_FILE);
  if (meant.length > 1) return { is: "damaged", how: `it has \`${VALUES_FILE}\` twice` };
  return meant[0] ?? { is: "crowded", files: files.map(({ fileName }) => fileName) };
}

/** A zip of some kilobytes may unpack to gigabytes: the size that it claims is checked before, and yauzl holds it to that. */
async function unpack(zip: ZipFile, entry: Entry): Promise<{ file: Uint8Array } | Flaw> {
  if (entry.uncompressedSize > MAX_BYTES) return { is: "large", unpacked: true };
  // The stream of yauzl 3 ends with an error as soon as there is more than the zip claims.
  const parts: Buffer[] = [];
  for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer);
  return { file: Buffer.concat(parts) };
}

/** By the words of yauzl 3's `validateFileName`. */
function climbs(error: unknown): boolean {
  return (
    error instanceof Error && /^(invalid relative|absolute) path|^invalid characters in fileName/.test(error.message)
  );
}

export interface RunOutputs {
  /** A JSON object, exactly as the run has left it. */
  text: string;
  /** The names at its top. */
  names: readonly string[];
}

/** Reads the text of a JSON object. No message ever has more of it than the names at its top. */
export function parseOutputs(file: Uint8Array): RunOutputs | Flaw {
  let text: string;
  try {
    // The decoder drops a byte order mark, which some shells write.
    text = new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    return { is: "shapeless", what: "it is not text in UTF-8" };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { text, names: Object.keys(value) };
    return { is: "shapeless", what: `it is ${kindOf(value)}` };
  } catch {
    // The error's own words quote the text.
    return { is: "shapeless", what: text.trim() === "" ? "it is empty" : "it is not JSON" };
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
