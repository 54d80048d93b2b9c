import { Buffer } from "node:buffer";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { MAX_BYTES, type OutputsProblem } from "./flaw.ts";

/** A zip begins with its first file, or its end where it has none. No JSON begins so. */
const ZIP_SIGNATURES = ["PK\u0003\u0004", "PK\u0005\u0006"];
/** Has the values where a zip has several files. */
const VALUES_FILE = "outputs.json";
const MAX_FILES = 1000;

/** Artifacts are zips, except those uploaded with `archive: false` (docs/platform.md#artifacts). */
export async function takeFile(downloaded: Uint8Array): Promise<{ file: Uint8Array } | OutputsProblem> {
  const bytes = Buffer.from(downloaded.buffer, downloaded.byteOffset, downloaded.byteLength);
  if (!ZIP_SIGNATURES.includes(bytes.toString("latin1", 0, 4))) return { file: bytes };
  try {
    const zip = await fromBufferPromise(bytes);
    const chosen = await chooseEntry(zip);
    return "is" in chosen ? chosen : await unpack(zip, chosen);
  } catch (error) {
    // Nothing is written to disk, so a path out of the zip could do no harm; yauzl 3 refuses it all the same. Its
    // messages may quote paths of the archive; ours never do.
    return { is: "damaged", how: leadsOut(error) ? "a path in it points outside it" : "its archive cannot be read" };
  }
}

async function chooseEntry(zip: ZipFile): Promise<Entry | OutputsProblem> {
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

/** A zip of some kilobytes may unpack to gigabytes: the size that it claims is checked first. */
async function unpack(zip: ZipFile, entry: Entry): Promise<{ file: Uint8Array } | OutputsProblem> {
  if (entry.isEncrypted()) return { is: "packed", how: "its file is encrypted" };
  if (!entry.canDecodeFileData()) return { is: "packed", how: "its file is neither stored nor deflated" };
  if (entry.uncompressedSize > MAX_BYTES) return { is: "large", unpacked: true };
  // The stream of yauzl 3 ends with an error as soon as there is more than the zip claims.
  const parts: Buffer[] = [];
  for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer);
  return { file: Buffer.concat(parts) };
}

/** By the messages of yauzl 3's `validateFileName`. */
function leadsOut(error: unknown): boolean {
  return (
    error instanceof Error && /^(invalid relative|absolute) path|^invalid characters in fileName/.test(error.message)
  );
}

export interface RunOutputs {
  /** A JSON object, exactly as the run has left it; `names` are its top-level keys. */
  text: string;
  names: readonly string[];
}

/** No message ever shows more of the text than its top-level keys. */
export function parseOutputs(file: Uint8Array): RunOutputs | OutputsProblem {
  let text: string;
  try {
    // The decoder drops a byte order mark, which some shells write.
    text = new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    return { is: "shapeless", what: "it is not UTF-8 text" };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { text, names: Object.keys(value) };
    return { is: "shapeless", what: `it is ${kindOf(value)}` };
  } catch {
    // The error's own message quotes the text.
    return { is: "shapeless", what: text.trim() === "" ? "it is empty" : "it is not JSON" };
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
