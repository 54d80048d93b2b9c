/**
 * Receivers as people write them: what GitHub does, what the dry run says of it, what the search finds and what the error
 * says. Names are made twice, by GitHub's evaluator in the simulator and by the dry run, and asked by one rule.
 */

import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { describe, expect, test } from "vitest";
import { RECEIVERS } from "../support/receivers-as-written.ts";
import { BY_MATRIX } from "../support/receivers-by-matrix.ts";
import { OF_PEOPLE } from "../support/receivers-of-people.ts";
import { setStage, TARGET } from "../support/stage.ts";
import { ID } from "../support/written-receiver.ts";

const rows = Object.entries({ ...RECEIVERS, ...BY_MATRIX, ...OF_PEOPLE });

test("the table is long", () => {
  expect(rows.length).toBeGreaterThanOrEqual(70);
});

describe.each(rows)("a receiver with %s", (_, written) => {
  const { files, given, repository, parser, shows, found, says, change } = written;
  const idHex = "9f3c2a7e41d06b58";
  const id = given.distinct_id ?? `1658821493-1-${idHex}`;
  const byHand = given.workflow !== undefined && given.event_type === undefined;
  // A server whose answer to a dispatch names no run: else nothing would have to show the id.
  const stage = () => setStage(files, { repository, runDetails: byHand ? "rejected" : "known" });
  const inTable = (text = "") => text.replaceAll(id, ID).replaceAll(".github/workflows/", "");

  test("is a valid file for GitHub's own parser, or is not, as the table says", async () => {
    const isUnread = repository.unreadable !== undefined;
    const errors = await parserErrors(files);
    expect(errors.length > 0, errors.join("\n")).toBe(isUnread !== (parser !== undefined));
  });

  test("is told right: before, by the search, and after", async () => {
    const on = await stage();
    const before = await on.play({ ...given, dry_run: "true" }, { idHex });
    const after = await on.play({ ...given, find_timeout_seconds: "60" }, { idHex });

    // What GitHub does.
    const runs = on.github.runs(TARGET, on.github.nowMs() + 3_600_000);
    const names = runs.flatMap(({ displayTitle, names }) => [displayTitle, ...names]);
    expect(names.map(inTable)).toEqual(expect.arrayContaining([...shows]));
    expect(runs.length > 0).toBe(shows.length > 0);

    // What the search finds.
    expect(inTable(after.log.find((line) => line.startsWith("Found run ")))).toContain(
      found === undefined ? "" : `by ${found}: `,
    );
    expect(after.outputs.runId !== undefined).toBe(found !== undefined);

    // What is said before, and after: by the same words, and never what the search belies.
    const told = inTable(byHand && found === undefined ? after.failure : before.log.join("\n"));
    expect(told).toContain(says);
    if (says.startsWith("✓")) expect(found).toBeDefined();
    if (says.startsWith("✗")) {
      expect(found).toBeUndefined();
      expect(inTable(after.failure)).toContain(says);
      if (!byHand) expect(inTable(before.failure)).toContain(says);
    } else expect(before.failure).toBeUndefined();
    if (change !== undefined) expect(findingWith(says, told)).toContain(change);
    const glued = /only as part of (`.*?`)/.exec(says)?.[1];
    if (glued) expect(inTable(after.failure)).toContain(`shows no id, but contains it in ${glued}`);
  });
});

/** The finding that begins so, with its lines to add. */
function findingWith(says: string, text: string): string {
  return text.slice(text.indexOf(says)).split(/\n(?=[✓✗?] )/, 1)[0] ?? "";
}

async function parserErrors(files: Record<string, string>): Promise<string[]> {
  const errors: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    errors.push(...context.errors.getErrors().map(({ message }) => message));
    if (value)
      errors.push(...((await convertWorkflowTemplate(context, value)).errors ?? []).map(({ Message }) => Message));
  }
  return errors;
}
