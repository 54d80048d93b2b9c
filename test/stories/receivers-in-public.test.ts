/** Receivers in the shapes of public workflow files, in test/receivers/: each row names the file whose shape it has. */

import { describe, expect, test } from "vitest";
import { checkReceiver, parserErrors } from "../support/receiver-checks.ts";
import { FILES, IN_PUBLIC } from "../support/receivers-in-public.ts";

const rows = Object.entries(IN_PUBLIC);

test("each file is in the table, and each row names a public file", () => {
  const { "a file of 120 KB": long, ...others } = IN_PUBLIC;
  expect(FILES.toSorted()).toEqual(Object.keys(others).sort());
  expect(long?.files["deploy.yml"]?.length).toBeGreaterThan(100_000);
  for (const [, { source }] of rows) {
    expect(source[0]).toMatch(/^[\w-]+\/[\w.-]+$/);
    expect(source[1]).toMatch(/\.(yml|yaml|md)$/);
  }
});

describe.each(rows)("%s", (_, written) => {
  test("GitHub's own parser says what the table says", async () => {
    const errors = await parserErrors(written.files);
    if (written.refused === undefined) expect(errors).toEqual([]);
    else expect(errors.join("\n")).toContain(written.refused);
  });

  test("is named, found and told as the table says", async () => {
    await checkReceiver(written);
  });
});
