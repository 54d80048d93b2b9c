/** What a request is for. A fault carries it, so that an error can name the missing permission. */

/** Permissions by GitHub's names. `metadata: read` comes with every token. */
export interface Permissions {
  contents?: Access;
  actions?: Access;
  checks?: Access;
  statuses?: Access;
}

export type Access = "read" | "write";

export interface Purpose {
  /**
   * - `app`: a GitHub App's own request, for its installation or for a token of it
   * - `run`: a single run, which may be deleted
   * - `target`: everything else
   */
  about: "app" | "run" | "target";
  /** Follows "may not"; the repository's name follows it. */
  to: string;
  /** The permission that it takes, of fine-grained tokens, of Apps and of `GITHUB_TOKEN` (docs/platform.md#tokens). */
  needs: { name: keyof Permissions | "metadata"; access: Access };
}

const actions = (access: Access) => ({ name: "actions", access }) as const;
const metadata = { name: "metadata", access: "read" } as const;

/** The purposes of all requests. */
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
  rerunFailedJobs: { about: "run", to: "run the failed jobs again of a run of", needs: actions("write") },
  cancelRun: { about: "run", to: "cancel a run of", needs: actions("write") },
  setStatus: { about: "target", to: "set a status in", needs: { name: "statuses", access: "write" } },
  readArtifacts: { about: "run", to: "read the artifacts of", needs: actions("read") },
  read: { about: "target", to: "read", needs: metadata },
  getToken: { about: "app", to: "get a token for", needs: metadata },
} as const satisfies Record<string, Purpose>;
