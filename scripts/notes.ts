/** `npm run notes -- v1.2.3`: prints the notes of that release, from CHANGELOG.md. */

import { readFileSync } from "node:fs";
import { notesOf } from "./changelog.ts";

const [tag = ""] = process.argv.slice(2);
try {
  console.log(notesOf(readFileSync("CHANGELOG.md", "utf8"), tag));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
