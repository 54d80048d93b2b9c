/** Reads the target's workflows and their files, as far as the token and the time allow it. */

import { parse } from "yaml";
import { type Look, lookAt } from "../asking/look-at.ts";
import type { RetryOptions } from "../asking/retry.ts";
import type { Workflow } from "../github/answers.ts";
import { mayHeal } from "../github/fault.ts";
import { quoted } from "../receiver/finding.ts";
import { type Receiver, readReceiver } from "../receiver/receiver.ts";
import type { Story } from "../story/story.ts";

/** Reading one after another would take too long; GitHub does not like all at once. */
const FILES_AT_ONCE = 5;

/** A workflow's file on the ref. */
export interface WorkflowFile {
  path: string;
  isDisabled: boolean;
  /** Undefined: it is no workflow that GitHub could read. */
  look: Look<Receiver | undefined>;
}

/** Reads the files in their order; ends early where the token may read none of them. */
export async function readFiles(workflows: readonly Workflow[], deadlineMs: number, story: Story) {
  const files: WorkflowFile[] = [];
  for (let at = 0; at < workflows.length && !files.some(({ look }) => look.is === "refused"); at += FILES_AT_ONCE) {
    const next = workflows.slice(at, at + FILES_AT_ONCE);
    files.push(...(await Promise.all(next.map((workflow) => readFile(workflow, deadlineMs, story)))));
  }
  return files;
}

async function readFile(workflow: Workflow, deadlineMs: number, story: Story): Promise<WorkflowFile> {
  const { github, retry, inputs } = story;
  const { order } = inputs;
  const ref = order.event === "workflow_dispatch" ? order.ref : undefined;
  const path = quoted(workflow.path);
  const look = await lookAt(retry((options) => github.getFile(workflow.path, ref, options), onceMore(deadlineMs)));
  return {
    path,
    isDisabled: workflow.state !== "active" && workflow.state !== "",
    look: look.is === "seen" ? { is: "seen", answer: receiverIn(path, look.answer) } : look,
  };
}

function receiverIn(path: string, text: string): Receiver | undefined {
  try {
    // YAML's warnings would quote the file on stderr.
    return readReceiver(path, parse(text, { logLevel: "error" }));
  } catch {
    return undefined;
  }
}

/** A checklist does not wait for an outage to end, but one bad answer among good ones says nothing. */
export function onceMore(deadlineMs: number): RetryOptions {
  let asksLeft = 1;
  return { deadlineMs, retries: (fault) => mayHeal(fault) && asksLeft-- > 0 };
}
