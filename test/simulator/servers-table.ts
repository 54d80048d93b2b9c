import type { DescribedServer } from "./description-excerpt.ts";

/**
 * What the servers do differently, once: the simulator plays it, servers.test.ts holds each line against the published
 * descriptions or the simulator, and `npm run servers` writes docs/servers.md from it.
 */

/** The servers that the simulator plays. */
export type ServerName = DescribedServer | "ghes-3.20" | "ghes-3.21";

export interface Server {
  title: string;
  /** Whose description its answers are held against: its own, or that of the nearest. */
  description: DescribedServer;
  isDescribed: boolean;
  /** `X-GitHub-Enterprise-Version`, where it sends one. */
  enterpriseVersion: string | undefined;
  /** Inputs of one workflow_dispatch at most. */
  maxInputs: 10 | 25;
  /** Knows the version 2026-03-10, the key `return_run_details` and the answer 200 to a dispatch. */
  knowsRunDetails: boolean;
  /** Tells an artifact's `digest`. */
  hasDigest: boolean;
  /** Has the routes for concurrency groups. */
  hasConcurrencyGroups: boolean;
}

const ofToday = { maxInputs: 25, knowsRunDetails: true, hasDigest: true } as const;
const ofOld = { maxInputs: 10, knowsRunDetails: false, hasDigest: false } as const;

/** A GitHub Enterprise Server has no concurrency groups in any description. */
function ghes(version: string, description: DescribedServer, of: typeof ofToday | typeof ofOld): Server {
  return {
    title: `GitHub Enterprise Server ${version}`,
    description,
    isDescribed: description === `ghes-${version}`,
    enterpriseVersion: `enterprise-server@${version}.0`,
    hasConcurrencyGroups: false,
    ...of,
  };
}

/** What the page says of each server, in the order of its columns; `of` tells what the table above does not. */
export interface Line {
  title: string;
  of(server: Server): string;
  /** Where the descriptions do not say it, who does. */
  source?: string;
}

const yesOrNo = (value: boolean) => (value ? "yes" : "no");

export const lines: readonly Line[] = [
  {
    title: "`workflow_inputs` of one dispatch, our id among them",
    of: ({ maxInputs }) => `at most ${maxInputs}`,
  },
  {
    title: "answers a `workflow_dispatch` with the run's id (200), when asked to",
    of: ({ knowsRunDetails }) => (knowsRunDetails ? "yes" : "no: 204 without a body"),
  },
  {
    title: "the version `2026-03-10` in `X-GitHub-Api-Version`",
    of: ({ knowsRunDetails }) => (knowsRunDetails ? "known" : "refused, mostly with 400"),
    source:
      "That it is refused with 400 is inferred; that these descriptions have no changes of that version is read in them.",
  },
  {
    title: "the key `return_run_details`",
    of: ({ knowsRunDetails }) => (knowsRunDetails ? "known" : "refused, 422"),
  },
  { title: "an artifact's `digest`", of: ({ hasDigest }) => yesOrNo(hasDigest) },
  {
    title: "concurrency groups (`…/concurrency_groups`)",
    of: ({ hasConcurrencyGroups }) => (hasConcurrencyGroups ? "yes" : "no: 404"),
  },
  {
    title: "`X-GitHub-Enterprise-Version` in its answers",
    of: ({ enterpriseVersion }) => (enterpriseVersion ? `\`${enterpriseVersion}\`` : "–"),
    source: "GitHub's documentation of the header; no description has headers of this kind.",
  },
];

/** What is the same on every one of them. */
export const common: readonly string[] = [
  "A job may come without `steps`.",
  "A job's `conclusion` is one of `success`, `failure`, `neutral`, `cancelled`, `skipped`, `timed_out`, `action_required`, never " +
    "`stale` or `startup_failure`; a run's can be any word.",
  "Ids of runs and jobs have 64 bits.",
  "`client_payload` has at most 10 properties at its top, and an `event_type` 1 to 100 characters.",
  "Every other route, parameter and field that is used here: commit statuses, refs, file contents, attempts of a run, re-runs, " +
    "cancelling, artifacts, annotations, pending deployments, and an App's tokens.",
];

/** Servers that speak a similar API and are no GitHub, row by row: what was seen or read, of which version. */
export const others: readonly { server: string; does: string; confidence: keyof typeof confidences }[] = [
  {
    server: "Gitea 1.27.3",
    does: "starts a `workflow_dispatch`, given by the workflow's file; `wait_for: nothing` is green",
    confidence: "seen",
  },
  {
    server: "Gitea 1.27.3",
    does: "lists runs that cannot be read here, ours among them: it is not found, and its end not seen",
    confidence: "seen",
  },
  {
    server: "Gitea before 1.28",
    does: "has neither `created_at` nor `jobs_url` in a run, and answers 404 to cancelling one (its pull request 35382 brings all three)",
    confidence: "read",
  },
  {
    server: "Gitea, main branch",
    does: "takes the length of a list's page from `limit`, and gives 30 where only `per_page` is asked for",
    confidence: "read",
  },
  {
    server: "Gitea, main branch",
    does: "answers a `workflow_dispatch` with 204, or with the run's id where the address has `?return_run_details=true`; `X-GitHub-Api-Version` is not looked at",
    confidence: "read",
  },
  {
    server: "Gitea, main branch",
    does: "drops inputs that the workflow does not declare, our id among them, without a word",
    confidence: "read",
  },
  {
    server: "Gitea, main branch",
    does: "has a workflow's file name for its `id`, so that a display name cannot be looked up here",
    confidence: "read",
  },
  { server: "Gitea", does: "knows no `repository_dispatch` (its issue 24132 asks for it)", confidence: "reported" },
  {
    server: "Forgejo",
    does: "answers a `workflow_dispatch` with 204, or 201 with the run where the body has `return_run_info`",
    confidence: "reported",
  },
];

/** A runner that is not GitHub's, without Docker, with `-P ubuntu-latest=-self-hosted`: `npm run test:act`. */
export const act = {
  version: "0.2.89",
  rows: [
    [
      "`uses: ./` or a folder",
      "needs a checkout before it, as on GitHub; act takes the files as they lie there, also what is not committed",
    ],
    ["`using: node20`", "runs by the `node` in the path, whatever its version"],
    [
      "`github.token`",
      "empty unless act gets `-s GITHUB_TOKEN=…`: the default of `token` is then refused, and nothing is sent",
    ],
    [
      "`github.api_url`",
      "`https://api.github.com`, unless act gets `--env GITHUB_API_URL=…`; `api_url` is for the target, and a commit status goes to the former",
    ],
    ["`github.repository`", "from the remote `origin`; without one `nektos/act`, which is then the target by default"],
    ["`github.run_id`, its attempt and number", "1 for every run, so that generated ids begin with `1-1-`"],
    [
      "the caller's event",
      'an empty payload: the step takes its log for public, and leaves out what the target\'s jobs have printed, unless `failed_log_lines` is given, or act `--eventpath` with `{"repository":{"private":true}}`',
    ],
    ["inputs that do not exist", "arrive as on GitHub, and are told; a misspelt one of ours ends the step"],
    [
      "numbers in `with:`",
      "arrive as written: `1.10`, `0x10` and `0123456` are `1.1`, `16` and `123456` on GitHub, without quotes",
    ],
    [
      "a number above 2147483647 in an expression, such as a run's id",
      "is refused with the whole workflow; as text it is taken",
    ],
    [
      "an error or warning",
      "one line of the log, with `%0A` for each line break; there are no annotations. One with a `::` in it (`std::vector`) is marked ❓",
    ],
    ["the job summary", "printed in the log after the step"],
    [
      "a cancellation (Ctrl-C)",
      "the step is killed at once and can say nothing more; its outputs stay, its `post` step does what `cancel_run_on: cancel` asks for, and the job's result is `failure`. A second Ctrl-C kills the `post` step as well",
    ],
    [
      "the step's own `timeout-minutes`",
      "the step is killed at once, as by a cancellation; later steps with `if: always()` run. A fraction of a minute is taken and ends nothing",
    ],
    ["`with:` of the `post` step", "evaluated anew, as on GitHub"],
    ["`targets`", "as on GitHub, one line of the log after the other"],
    [
      "`report`",
      "runs by `act workflow_run --eventpath FILE`, where the file has `action`, and in `workflow_run` the run as the API shows it. It finds no caller that was itself run by act, whose run is 1",
    ],
  ],
} as const;

/** How far a row of `others` can be trusted. */
export const confidences = {
  seen: "tried with this action against that version",
  read: "read in the server's source or its changes, not tried",
  reported: "told by its users or by clients of it",
} as const;

export const servers: Record<ServerName, Server> = {
  "api.github.com": {
    title: "github.com",
    description: "api.github.com",
    isDescribed: true,
    enterpriseVersion: undefined,
    hasConcurrencyGroups: true,
    ...ofToday,
  },
  ghec: {
    title: "ghe.com (Enterprise Cloud with data residency)",
    description: "ghec",
    isDescribed: true,
    enterpriseVersion: undefined,
    hasConcurrencyGroups: true,
    ...ofToday,
  },
  "ghes-3.17": ghes("3.17", "ghes-3.17", ofOld),
  "ghes-3.18": ghes("3.18", "ghes-3.18", ofOld),
  "ghes-3.19": ghes("3.19", "ghes-3.19", ofOld),
  "ghes-3.20": ghes("3.20", "ghes-3.19", ofOld),
  "ghes-3.21": ghes("3.21", "ghec", ofToday),
};
