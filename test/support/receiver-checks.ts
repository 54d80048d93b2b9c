/** What is checked of every written receiver: GitHub's parser, the names, the search, and what is said of it. */

import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { expect } from "vitest";
import { setStage, TARGET } from "./stage.ts";
import { type AsWritten, ID } from "./written-receiver.ts";

export async function checkReceiver({ files, given, repository, shows, found, says, change }: AsWritten) {
  const idHex = "9f3c2a7e41d06b58";
  const id = given.distinct_id ?? `1658821493-1-${idHex}`;
  const byHand = given.workflow !== undefined && given.event_type === undefined;
  // A server whose answer to a dispatch names no run: else nothing would have to show the id.
  const on = await setStage(files, { repository, runDetails: byHand ? "rejected" : "known" });
  const inTable = (text = "") => text.replaceAll(id, ID).replaceAll(".github/workflows/", "");

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
}

/** The finding that begins so, with its lines to add. */
function findingWith(says: string, text: string): string {
  return text.slice(text.indexOf(says)).split(/\n(?=[✓✗?] )/, 1)[0] ?? "";
}

export async function parserErrors(files: Record<string, string>): Promise<string[]> {
  const errors: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    errors.push(...context.errors.getErrors().map(({ message }) => message));
    if (value)
      errors.push(...((await convertWorkflowTemplate(context, value)).errors ?? []).map(({ Message }) => Message));
  }
  return errors;
}
