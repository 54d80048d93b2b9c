/**
 * Receivers as people write them: what GitHub does, what the dry run says of it, what the search finds and what the error
 * says. Names are made twice, by GitHub's evaluator in the simulator and by the dry run, and asked by one rule.
 */

import { describe, expect, test } from "vitest";
import { checkReceiver, parserErrors } from "../support/receiver-checks.ts";
import { RECEIVERS } from "../support/receivers-as-written.ts";
import { BY_MATRIX } from "../support/receivers-by-matrix.ts";
import { OF_PEOPLE } from "../support/receivers-of-people.ts";

const rows = Object.entries({ ...RECEIVERS, ...BY_MATRIX, ...OF_PEOPLE });

test("the table is long", () => {
  expect(rows.length).toBeGreaterThanOrEqual(70);
});

describe.each(rows)("a receiver with %s", (_, written) => {
  test("is a valid file for GitHub's own parser, or is not, as the table says", async () => {
    const isUnread = written.repository.unreadable !== undefined;
    const errors = await parserErrors(written.files);
    expect(errors.length > 0, errors.join("\n")).toBe(isUnread !== (written.parser !== undefined));
  });

  test("is told right: before, by the search, and after", () => checkReceiver(written));
});
