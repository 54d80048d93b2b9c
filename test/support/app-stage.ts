/** The stage with a GitHub App: its keys, its installation, and a runner whose time of day goes with the virtual clock. */

import { generateKeyPairSync } from "node:crypto";
import { vi } from "vitest";
import type { App, JournalEntry } from "../simulator/index.ts";
import { afterEachTest } from "./after.ts";
import { type Stage, type StageOptions, setStage, TARGET } from "./stage.ts";
import { GITHUB_TOKEN } from "./step.ts";

export const APP_ID = 123456;
export const CLIENT_ID = "Iv23liAbCdEfGhIjKlMn";

/** The App's keys, and those of another one. */
export const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const OTHER_KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** As GitHub hands them out. */
export const PRIVATE_KEY = KEYS.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
export const PUBLIC_KEY = KEYS.publicKey.export({ type: "spki", format: "pem" }).toString();

export interface AppStage extends Stage {
  app: App;
  /** The App's only one, on `octo`. */
  installation: App["installations"][number];
}

export type AppStageOptions = StageOptions & {
  installation?: Partial<App["installations"][number]>;
  tokenLifetimeMs?: number;
  /** How far the runner's time of day is ahead of the server's. */
  runnerAheadMs?: number;
};

/** Sets up GitHub with `octo/target` and an App that may do everything there. A step has nothing but the App's credentials. */
export async function setAppStage(
  workflows: Record<string, string>,
  { installation: given, tokenLifetimeMs = 3_600_000, runnerAheadMs = 0, ...options }: AppStageOptions = {},
): Promise<AppStage> {
  const stage = await setStage(workflows, options);
  const { github } = stage;
  const permissions = { contents: "write", actions: "write" } as const;
  const installation = { id: 4711, account: "octo", repositories: [TARGET], permissions, ...given };
  const app = github.addApp({
    appId: APP_ID,
    clientId: CLIENT_ID,
    publicKey: PUBLIC_KEY,
    installations: [installation],
    tokenLifetimeMs,
  });
  vi.stubGlobal(
    "Date",
    dateOf(() => github.nowMs() + runnerAheadMs),
  );
  const credentials = { token: GITHUB_TOKEN, app_id: String(APP_ID), app_private_key: PRIVATE_KEY };
  return {
    ...stage,
    app,
    installation,
    play: (inputs, play) => stage.play({ ...credentials, ...inputs }, play),
    playPost: (inputs, trace) => stage.playPost({ ...credentials, ...inputs }, trace),
  };
}

afterEachTest(() => {
  vi.unstubAllGlobals();
});

/** Keys are used with the time of day, which nobody but the runner has. */
function dateOf(nowMs: () => number): typeof Date {
  const RealDate = Date;
  return class extends RealDate {
    constructor(...given: [] | [number | string | Date]) {
      super(given[0] ?? nowMs());
    }
    static override now(): number {
      return nowMs();
    }
  } as typeof Date;
}

/** The requests for a token. */
export function mintings(requests: readonly JournalEntry[]): JournalEntry[] {
  return requests.filter(({ path, status }) => path.endsWith("/access_tokens") && status === 201);
}

/** The tokens that were used, in order of their first use. */
export function tokensUsed(requests: readonly JournalEntry[]): string[] {
  const used = new Set(requests.map(({ token }) => token));
  used.delete(undefined);
  return [...used] as string[];
}
