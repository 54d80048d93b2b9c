/** Advice for a refusal that is about neither the token's permissions nor what was sent, whatever its status. */

import { type Advice, type AdviceRows, lookUp } from "./advice.ts";
import type { Situation } from "./situation.ts";

/** Looked up by GitHub's words. */
const POLICIES: AdviceRows<{ repository: string; said: string }> = [
  [
    /disabled for this user/i,
    ({ said }) => `Actions are disabled for the account that the token belongs to (${said}); nothing was started.`,
    ({ repository }) =>
      `That is about the account, not about ${repository}. Give the token of another account, or a GitHub App; GitHub's support knows why.`,
  ],
  // GitHub's documentation has these words of a run that has failed (docs/platform.md#policies).
  [
    /not allowed to trigger/i,
    ({ repository, said }) =>
      `A policy for Actions forbids this dispatch in ${repository} (${said}); nothing was started.`,
    "In the settings of the target, its organisation or its enterprise (Actions → Policies), allow the event and the account that the token belongs to.",
  ],
];

export function explainPolicy(answer: string, said: string, { repository }: Situation): Advice | undefined {
  return lookUp(POLICIES, answer, { repository, said });
}
