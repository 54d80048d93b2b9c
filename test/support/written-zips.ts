import { readFileSync } from "node:fs";

/** Zips as others write them: one that is uploaded with `archive: false` is downloaded as it is. `written-zips/make.sh` made these. */
export const { text, zips } = JSON.parse(readFileSync(new URL("written-zips/zips.json", import.meta.url), "utf8")) as {
  /** Of the file in each. */
  text: string;
  zips: { name: string; writer: string; base64: string }[];
};
