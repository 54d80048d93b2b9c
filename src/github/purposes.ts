/** What a request is for, so that an error can name the missing permission. */

/** `metadata: read` comes with every token. */
export interface Permissions {
  contents?: Access;
  actions?: Access;
  checks?: Access;
  statuses?: Access;
  pull_requests?: Access;
}

export type Access = "read" | "write";

export interface Purpose {
  /**
   * `app`: a GitHub App's request for its installation or a token; `broker`: a request for the job's OIDC token, or to the broker
   * for a token; `run`: a run, which may be deleted; `target`: the rest.
   */
  about: "app" | "broker" | "run" | "target";
  /** Stands between "may not" and the repository's name. */
  to: string;
  /** Of fine-grained tokens, Apps and `GITHUB_TOKEN` (docs/platform.md#tokens). */
  needs: { name: keyof Permissions | "metadata"; access: Access };
}

const actions = (access: Access) => ({ name: "actions", access }) as const;
const metadata = { name: "metadata", access: "read" } as const;

export const PURPOSES = {
  dispatchEvent: {
    about: "target",
    to: "send a repository_dispatch to",
    needs: { name: "contents", access: "write" },
  },
  dispatchWorkflow: { about: "target", to: "send a workflow_dispatch to", needs: actions("write") },
  readWorkflows: { about: "target", to: "read the workflows of", needs: actions("read") },
  readRuns: { about: "target", to: "read the runs of", needs: actions("read") },
  readRun: { about: "run", to: "read the runs of", needs: actions("read") },
  rerunFailedJobs: { about: "run", to: "re-run the failed jobs of a run of", needs: actions("write") },
  cancelRun: { about: "run", to: "cancel a run of", needs: actions("write") },
  setStatus: { about: "target", to: "set a status in", needs: { name: "statuses", access: "write" } },
  readStatuses: { about: "target", to: "read the statuses of", needs: { name: "statuses", access: "read" } },
  readPullRequest: {
    about: "target",
    to: "read a pull request of",
    needs: { name: "pull_requests", access: "read" },
  },
  readArtifacts: { about: "run", to: "read the artifacts of", needs: actions("read") },
  read: { about: "target", to: "read", needs: metadata },
  getToken: { about: "app", to: "get a token for", needs: metadata },
  exchangeToken: { about: "broker", to: "get a token for", needs: metadata },
} as const satisfies Record<string, Purpose>;

/** Nothing is sent to the target before there is a token. */
export function isForToken({ about }: Purpose): boolean {
  return about === "app" || about === "broker";
}
