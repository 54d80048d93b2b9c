/** The dry run: looks at everything that a dispatch needs, and dispatches nothing. Every finding is a line of a checklist. */

import { lookAt } from "../asking/look-at.ts";
import { Failure } from "../edges/failure.ts";
import type { Tone } from "../edges/log.ts";
import { type Dispatch, refNames } from "../inputs/order.ts";
import { permissionsFor, permissionsInWords } from "../inputs/permissions.ts";
import { isEnterpriseServer } from "../inputs/target.ts";
import { type Finding, lineOf, quoted, right, unknown, unseen, wrong } from "../receiver/finding.ts";
import type { Story } from "../story/story.ts";
import { findCallersSide } from "./callers-side.ts";
import { findGivenRun } from "./given-run.ts";
import { examineReceivers, readNamed } from "./receivers.ts";
import { onceMore } from "./workflow-files.ts";

// The search and the report import these from here, so that the dry run stays one chunk of the bundle (docs/design.md#chunks).
export { examineReceivers, readNamed };

/** How long the looks may take together: nobody waits longer for a checklist. */
const DOCTOR_MS = 60_000;

const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };

/**
 * Logs the findings as a checklist.
 * @throws Failure where something is wrong, or what decides could not be seen; Fault or OutOfTime where the repository itself
 *   could not be read
 */
export async function diagnose(story: Story): Promise<void> {
  const { log, clock, learn } = story;
  log.info("A dry run: nothing is dispatched.");
  const findings = await findAll(story, clock.nowMs() + DOCTOR_MS);
  for (const finding of findings) log.info(lineOf(finding), TONES[finding.is]);
  learn({ findings });
  const verdict = verdictOn(findings);
  if (verdict.isGreen) return log.info(verdict.text, "good");
  throw new Failure(verdict.text);
}

/** Green unless something is wrong, or something that decides could not be seen. */
function verdictOn(findings: readonly Finding[]): { isGreen: boolean; text: string } {
  const wrong = findings.filter(({ is }) => is === "wrong");
  const open = findings.filter((each) => each.unseen === "decides");
  if (wrong.length + open.length === 0) {
    const text = findings.some((each) => each.unseen)
      ? "Nothing is missing in what could be seen; the lines with ? say what could not."
      : "Nothing is missing, as far as can be seen without dispatching.";
    return { isGreen: true, text };
  }
  const count = wrong.length === 1 ? "1 thing" : `${wrong.length} things`;
  const unjudged =
    wrong.length === 0 ? "The dry run could not see what decides:" : "It could not see what decides as well:";
  const lines = [
    ...(wrong.length > 0 ? [`The dry run found ${count} to mend:`, ...wrong.map(lineOf)] : []),
    ...(open.length > 0 ? [unjudged, ...open.map(lineOf)] : []),
  ];
  return { isGreen: false, text: lines.join("\n") };
}

async function findAll(story: Story, deadlineMs: number): Promise<Finding[]> {
  const { github, retry, inputs } = story;
  const { fullName, defaultBranch, isArchived } = await retry(github.getRepository, { deadlineMs });
  const name = quoted(fullName);
  const needed = permissionsInWords(permissionsFor(inputs));
  const findings = [right(`The token is accepted, and sees ${name} (default branch ${quoted(defaultBranch)}).`)];
  if (isArchived) findings.push(wrong(`${name} is archived: nothing can be started in it.`));
  findings.push(
    "app" in inputs.credentials
      ? right(`The App's installation grants ${needed}.`)
      : unknown(`Whether the token grants ${needed} shows only when it is used.`),
  );
  // No step can read its own `if:` (docs/platform.md#cancelling).
  if (inputs.cancelRunOn.has("cancel"))
    findings.push(
      unknown(
        "Whether this step hears of a cancellation (`cancel_run_on: cancel`) shows only when one comes: with `if: always()` the runner sends it no signal, with `if: ${{ !cancelled() }}` it does.",
      ),
    );
  findings.push(...(await findCallersSide(story, deadlineMs)));
  const { order } = inputs;
  if (order.event === undefined) return [...findings, ...(await findGivenRun(order, story, deadlineMs))];
  const ofRef = await findRef(order, story, deadlineMs);
  findings.push(...ofRef);
  // Without the ref, no file of it can be read.
  if (ofRef.some(({ is }) => is === "wrong")) return findings;
  const bounds = { deadlineMs, answerNamesRun: answerNamesRun(order, story) };
  return [...findings, ...(await examineReceivers(order, story, bounds))];
}

function answerNamesRun(order: Dispatch, { inputs: { target } }: Story): "yes" | "maybe" | "no" {
  if (order.event === "repository_dispatch") return "no";
  // Only its answer to a dispatch shows whether an Enterprise Server names the run (docs/platform.md#run-details).
  return isEnterpriseServer(target.apiUrl) ? "maybe" : "yes";
}

async function findRef(order: Dispatch, { github, retry }: Story, deadlineMs: number): Promise<Finding[]> {
  if (order.event === "repository_dispatch" || order.ref === undefined) return [];
  for (const name of refNames(order.ref)) {
    const look = await lookAt(retry((options) => github.getRef(name, options), onceMore(deadlineMs)));
    if (look.is === "seen")
      return [right(`There is a ${name.startsWith("heads/") ? "branch" : "tag"} \`${order.ref}\`.`)];
    if (look.is === "refused") return [unseen(`The token may not see whether there is a ref \`${order.ref}\`.`)];
    if (look.is === "unread") return [unseen(`The ref \`${order.ref}\` ${look.why}.`)];
  }
  return [wrong(`There is no branch or tag \`${order.ref}\`: check the input \`ref\`.`)];
}
