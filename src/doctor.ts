/** The doctor: looks at everything that a dispatch needs and dispatches nothing. Every finding is a line of a checklist. */

import { parse } from "yaml";
import type { Workflow } from "./answers.ts";
import { Failure } from "./failure.ts";
import { Fault } from "./fault.ts";
import { type Finding, lineOf, right, unknown, wrong } from "./finding.ts";
import type { Tone } from "./log.ts";
import { pagesOf } from "./pages.ts";
import { OutOfTime, type Persistence } from "./patience.ts";
import { permissionsFor } from "./permissions.ts";
import { examineReceiver, linesToAdd, type Receiver, readReceiver, type Sent } from "./receiver.ts";
import type { Story } from "./story.ts";

/** Nobody waits longer for a checklist. */
const DOCTOR_MS = 60_000;
/** A repository may have hundreds of workflows. */
const MAX_FILES = 25;

/**
 * Tells what is right and what is missing.
 * @throws Failure when something is wrong; Fault when GitHub refuses what every step needs
 */
export async function diagnose(story: Story): Promise<void> {
  const { log } = story;
  log.info("A dry run: nothing is dispatched.");
  const findings = await findAll(story, story.clock.nowMs() + DOCTOR_MS);
  for (const finding of findings) log.info(lineOf(finding), TONES[finding.is]);
  story.learn({ findings });
  const wrong = findings.filter(({ is }) => is === "wrong");
  if (wrong.length === 0)
    return log.info("Nothing is missing, as far as can be seen without dispatching.", "good");
  const count = wrong.length === 1 ? "1 thing" : `${wrong.length} things`;
  throw new Failure([`The dry run found ${count} to mend:`, ...wrong.map(lineOf)].join("\n"));
}

/** What is right or wrong with the receivers of a dispatch whose run is not found; as far as it can be seen in time. */
export function diagnoseReceivers(story: Story): Promise<Finding[]> {
  return findInReceivers(story, story.findDeadlineMs, { isNamedByAnswer: false });
}

const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };
async function findAll(story: Story, deadlineMs: number): Promise<Finding[]> {
  const { github, persist, inputs } = story;
  const repository = await persist(github.getRepository, { deadlineMs });
  const findings: Finding[] = [
    right(
      `The token is accepted, and sees ${repository.fullName} (default branch ${repository.defaultBranch}).`,
    ),
  ];
  if (repository.isArchived)
    findings.push(wrong(`${repository.fullName} is archived: nothing can be started in it.`));
  const needed = Object.entries(permissionsFor(inputs)).map(([name, access]) => `\`${name}: ${access}\``);
  findings.push(
    "app" in inputs.credentials
      ? right(`The App's installation grants ${needed.join(" and ")}.`)
      : unknown(`Whether the token grants ${needed.join(" and ")} shows only when it is used.`),
  );
  const isNamedByAnswer =
    inputs.order.event === "workflow_dispatch" &&
    /\/\/api\.(github\.com|[^/]+\.ghe\.com)$/.test(inputs.target.apiUrl);
  const ref = await findRef(story, deadlineMs);
  // Of a ref that is not there, GitHub shows no file either: that is known then.
  if (ref.some(({ is }) => is === "wrong")) return [...findings, ...ref];
  return [...findings, ...ref, ...(await findInReceivers(story, deadlineMs, { isNamedByAnswer }))];
}

async function findRef({ github, inputs, persist }: Story, deadlineMs: number): Promise<Finding[]> {
  const { order } = inputs;
  if (order.event !== "workflow_dispatch" || order.ref === undefined) return [];
  const ref = order.ref.replace(/^refs\//, "");
  const names = /^(heads|tags)\//.test(ref) ? [ref] : [`heads/${ref}`, `tags/${ref}`];
  for (const name of names) {
    const there = await seen(persist((options) => github.getRef(name, options), once(deadlineMs)));
    if (there === "refused")
      return [unknown(`The token may not see whether there is a ref \`${order.ref}\`.`)];
    if (there !== "missing")
      return [right(`There is a ${name.startsWith("heads/") ? "branch" : "tag"} \`${order.ref}\`.`)];
  }
  return [wrong(`There is no branch or tag \`${order.ref}\`: check the input \`ref\`.`)];
}

async function findInReceivers(
  story: Story,
  deadlineMs: number,
  { isNamedByAnswer }: Pick<Sent, "isNamedByAnswer">,
): Promise<Finding[]> {
  const { github, inputs, persist } = story;
  const { order, distinctId } = inputs;
  const sent: Sent = {
    event: order.event,
    eventType: order.event === "repository_dispatch" ? order.eventType : "",
    key: distinctId.key,
    inputs:
      order.event === "workflow_dispatch"
        ? Object.fromEntries(Object.entries(order.inputs).filter(([name]) => name !== distinctId.key))
        : {},
    isNamedByAnswer,
  };
  const workflows = await listCandidates();
  if (!Array.isArray(workflows)) return [workflows];

  const findings: Finding[] = [];
  const receivers: Receiver[] = [];
  const ref = order.event === "workflow_dispatch" ? order.ref : undefined;
  for (const workflow of workflows.slice(0, MAX_FILES)) {
    const file = await seen(
      persist((options) => github.getFile(workflow.path, ref, options), once(deadlineMs)),
    );
    if (file === "refused") {
      findings.push(
        unknown("The token may not read the workflow files (`contents: read`), so they were not checked."),
      );
      return findings;
    }
    if (file === "missing") {
      findings.push(wrong(`${workflow.path} is not on ${ref ? `\`${ref}\`` : "the default branch"}.`));
      continue;
    }
    const receiver = readFile(workflow.path, file);
    if (!receiver) {
      findings.push(wrong(`${workflow.path} is no valid YAML.`));
      continue;
    }
    receivers.push(receiver);
    const isMeant = order.workflow !== undefined || listensFor(receiver, sent.eventType);
    if (isMeant && workflow.state !== "active" && workflow.state !== "")
      findings.push(wrong(`${workflow.path} is disabled: enable it on the target's Actions page.`));
  }
  if (order.workflow)
    return [...findings, ...receivers.flatMap((receiver) => examineReceiver(receiver, sent))];

  const listening = receivers.filter((receiver) => listensFor(receiver, sent.eventType));
  // One event may start several workflows: it is enough that one of them shows the id.
  const examined = listening.map((receiver) => examineReceiver(receiver, sent));
  const fitting = examined.filter((each) => each.every(({ is }) => is !== "wrong"));
  if (examined.length > 0) return [...findings, ...(fitting.length > 0 ? fitting : examined).flat()];
  if (workflows.length > MAX_FILES) {
    return [
      ...findings,
      unknown(
        `None of the first ${MAX_FILES} workflows listens for repository_dispatch \`${sent.eventType}\`.`,
      ),
    ];
  }
  const types = [...new Set(receivers.flatMap(({ dispatchTypes }) => dispatchTypes ?? []))];
  const instead = types.length > 0 ? ` They listen for ${types.join(", ")}.` : "";
  const nobody = `No workflow on the default branch listens for repository_dispatch \`${sent.eventType}\`.${instead}`;
  const lines = linesToAdd({ event: sent.event, eventType: sent.eventType, key: sent.key ?? "distinct_id" });
  return [...findings, wrong(nobody, lines)];

  async function listWorkflows(): Promise<Workflow[]> {
    const all: Workflow[] = [];
    const readPage = (page: number) =>
      persist((options) => github.listWorkflows(page, options), once(deadlineMs));
    for await (const onPage of pagesOf(readPage)) all.push(...onPage);
    return all;
  }

  /** The workflows that may be meant, or the finding that there is none. */
  async function listCandidates(): Promise<Workflow[] | Finding> {
    const { workflow } = order;
    if (workflow && workflow.kind !== "name") {
      const named = await seen(
        persist((options) => github.getWorkflow(workflow.value, options), once(deadlineMs)),
      );
      if (named === "refused") return unknown("The token may not see the workflows (`actions: read`).");
      if (named === "missing")
        return wrong(
          `There is no workflow \`${workflow.value}\` on the default branch: check the input \`workflow\`.`,
        );
      return [named];
    }
    const all = await seen(listWorkflows());
    if (!Array.isArray(all)) return unknown("The token may not see the workflows (`actions: read`).");
    if (!workflow) return all.filter(({ state }) => state === "active" || state === "");
    const matches = all.filter(({ name }) => name === workflow.value);
    const listed = all.map(({ path, name }) => `${path} (${name})`).join(", ") || "none";
    if (matches.length === 1) return matches;
    return wrong(
      `${matches.length === 0 ? "No workflow is" : `${matches.length} workflows are`} called \`${workflow.value}\`; there are: ${listed}.`,
    );
  }
}

/** A look that is refused is a finding, too. */
function once(deadlineMs: number): Persistence {
  return { deadlineMs, asksAgain: () => false };
}

function listensFor({ dispatchTypes }: Receiver, eventType: string): boolean {
  return dispatchTypes !== undefined && (dispatchTypes.length === 0 || dispatchTypes.includes(eventType));
}

function readFile(path: string, file: string): Receiver | undefined {
  try {
    return readReceiver(path, parse(file));
  } catch {
    return undefined;
  }
}

/** An answer, or that there is none to be had: a checklist goes on where a step would fail. */
async function seen<Answer>(answer: Promise<Answer>): Promise<Answer | "missing" | "refused"> {
  return answer.catch((error: unknown) => {
    if (error instanceof OutOfTime) return "refused";
    if (error instanceof Fault) return error.status === 404 ? "missing" : "refused";
    throw error;
  });
}
