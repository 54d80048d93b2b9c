import { crc32, deflateRawSync } from "node:zlib";

/** A file in a zip. */
export interface ZippedFile {
  /** With `/` between folders; one that ends with it is a folder. */
  path: string;
  text?: string;
  bytes?: Uint8Array;
  /** Deflated already, instead. */
  packed?: Uint8Array;
  /** What the zip says of its length, where that is not so. */
  saysBytes?: number;
}

const signatures = { file: 0x04034b50, descriptor: 0x08074b50, entry: 0x02014b50, end: 0x06054b50 };

/**
 * A zip as upload-artifact makes it: streamed, so that each file's lengths stand behind it and in the directory at the end,
 * and not before it.
 */
export function zipOf(files: readonly ZippedFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const name = Buffer.from(file.path);
    const bytes = Buffer.from(file.bytes ?? file.text ?? "");
    const packed = Buffer.from(file.packed ?? deflateRawSync(bytes));
    const sums = words(crc32(bytes), packed.length, file.saysBytes ?? bytes.length);
    // Version 2.0; lengths behind the file, names in UTF-8; deflated; a time and a day.
    const common = shorts(20, 0x0808, 8, 0x6000, 0x5d74);
    const head = [words(signatures.file), common, words(0, 0, 0), shorts(name.length, 0), name];
    const whole = Buffer.concat([...head, packed, words(signatures.descriptor), sums]);
    const rest = [shorts(name.length, 0, 0, 0, 0), words(0, at)];
    directory.push(Buffer.concat([words(signatures.entry), shorts(20), common, sums, ...rest, name]));
    parts.push(whole);
    at += whole.length;
  }
  const entries = Buffer.concat(directory);
  const count = files.length;
  const end = [words(signatures.end), shorts(0, 0, count, count), words(entries.length, at), shorts(0)];
  return Buffer.concat([...parts, entries, ...end]);
}

function shorts(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
