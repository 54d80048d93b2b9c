/** The doctor: looks at everything that a dispatch needs and dispatches nothing. Every finding is a line of a checklist. */

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

// The search and the report load these from here, so that the dry run stays one chunk of the bundle (docs/design.md#chunks).
export { examineReceivers, readNamed };

/** Nobody waits longer for a checklist. */
const DOCTOR_MS = 60_000;

const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };

/**
 * Logs what is right and what is missing.
 * @throws Failure when something is wrong, or what decides could not be seen; Fault when GitHub refuses what every step needs
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

/** What was not seen is not green, where all depends on it. */
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
  // The runner tells nobody what stands at the step (docs/platform.md#cancelling).
  if (inputs.cancelRunOn.has("cancel"))
    findings.push(
      unknown(
        "Whether this step hears of a cancellation (`cancel_run_on: cancel`) shows only then: with `if: always()` the runner sends it no signal, with `if: ${{ !cancelled() }}` it does.",
      ),
    );
  findings.push(...(await findCallersSide(story, deadlineMs)));
  const { order } = inputs;
  if (order.event === undefined) return [...findings, ...(await findGivenRun(order, story, deadlineMs))];
  const ref = await findRef(order, story, deadlineMs);
  findings.push(...ref);
  // GitHub shows no file of a ref that is not there.
  if (ref.some(({ is }) => is === "wrong")) return findings;
  const bounds = { deadlineMs, answerNamesRun: answerNamesRun(order, story) };
  return [...findings, ...(await examineReceivers(order, story, bounds))];
}

function answerNamesRun(order: Dispatch, { inputs: { target } }: Story): "yes" | "maybe" | "no" {
  if (order.event === "repository_dispatch") return "no";
  // Only its answer to a dispatch shows the version of another server (docs/platform.md#run-details).
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
