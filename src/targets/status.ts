/** One commit status for all entries. (With `wait_for: found`, each has its own, since the target ends each.) */

import type { CommitStatusReporter } from "../outputs/commit-status.ts";
import type { DueStatus } from "../state/known.ts";
import { postStateOfStatus } from "../state/post-state.ts";
import type { ManyDependencies } from "./dependencies.ts";
import type { Targets } from "./read-targets.ts";

export interface StatusOfAll {
  /** When the first entry starts. */
  begin(): void;
  end(state: DueStatus["state"], description: string): Promise<void>;
}

const TARGETS = { continues: "The targets are in progress", isCutOff: "The step ended before its targets" };

/** Undefined where no commit status is asked for. Its link is the caller's run. */
export async function openStatusOfAll(
  { commitStatus, leavesStatuses }: Pick<Targets, "commitStatus" | "leavesStatuses">,
  dependencies: ManyDependencies,
): Promise<StatusOfAll | undefined> {
  if (!commitStatus || leavesStatuses) return undefined;
  const { openCommitStatus } = await import("../outputs/commit-status.ts");
  const { callersRunUrl: url, callersGitHub, savePostState, ...edges } = dependencies;
  let dueStatus: DueStatus | undefined;
  const reporter: CommitStatusReporter = openCommitStatus({
    ...edges,
    callersGitHub,
    inputs: { commitStatus },
    record(more) {
      if ("dueStatus" in more) dueStatus = more.dueStatus;
      savePostState(postStateOfStatus(commitStatus, dueStatus));
    },
  });
  let hasBegun = false;
  return {
    begin() {
      if (!hasBegun) reporter.setPending(url, TARGETS);
      hasBegun = true;
    },
    end: (state, description) => reporter.end({ state, description, url }),
  };
}
