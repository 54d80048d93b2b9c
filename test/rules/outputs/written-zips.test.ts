import { expect, test } from "vitest";
import { takeFile } from "../../../src/outputs/artifact-content.ts";
import { text, zips } from "../../support/written-zips.ts";

const encrypted = { is: "packed", how: "its file is encrypted" };
const unusual = { is: "packed", how: "its file is neither stored nor deflated" };
const refused: Record<string, object> = {
  "infozip-bzip2": unusual,
  "infozip-encrypted": encrypted,
  "python-lzma": unusual,
  "python-empty": { is: "crowded", files: [] },
  "7zip-deflate64": unusual,
  "7zip-ppmd": unusual,
  "7zip-aes": encrypted,
  // What follows its end may be anything: it is no archive's.
  "libarchive-to-stdout": { is: "damaged", how: "its archive cannot be read" },
};

test.each(zips)("the zip $name of $writer is read, or the reason is told", async ({ name, base64 }) => {
  const taken = await takeFile(Buffer.from(base64, "base64"));
  expect("file" in taken ? Buffer.from(taken.file).toString() : taken).toEqual(refused[name] ?? text);
});

test("each reason is told of a zip that there is", () => {
  expect(zips.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(refused)));
});
