import type { DescribedServer } from "./description-excerpt.ts";

/**
 * What the servers do differently, once: the simulator plays it, servers.test.ts holds each line against the published
 * descriptions or the simulator, and `npm run servers` writes docs/servers.md from it.
 */

/** The servers that the simulator plays. */
export type ServerName = DescribedServer | "ghes-3.20" | "ghes-3.21";

/**
 * `described`: read in GitHub's published description of this very server. `documented`: said by GitHub's documentation.
 * `inferred`: no description of it is published; concluded from the versions before and after, or from one report.
 */
export type Confidence = "described" | "documented" | "inferred";

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
