/** Looks at what is only nice to know: there is always an answer, though it may be why there is none. */

import { answerOf, OutOfTime } from "./retry.ts";

/**
 * What a look has shown:
 * - `seen`: the answer
 * - `missing`: GitHub says 404
 * - `refused`: the token is not accepted (401) or may not look (403)
 * - `unread`: no answer, or none that says anything; `why` follows the name of what was looked at
 */
export type Look<Answer> =
  | { is: "seen"; answer: Answer }
  | { is: "missing" }
  | { is: "refused" }
  | { is: "unread"; why: string };

/** @throws what is neither a fault nor a deadline, such as the signal's reason */
export async function lookAt<Answer>(asked: Promise<Answer>): Promise<Look<Answer>> {
  const result = await answerOf(asked);
  if ("answer" in result) return { is: "seen", ...result };
  const { failure } = result;
  if (failure instanceof OutOfTime || failure.code === "ETIMEDOUT")
    return { is: "unread", why: "could not be read in time" };
  const { kind, status, inAWord } = failure;
  if (status === 404) return { is: "missing" };
  if (kind === "rejected" && (status === 401 || status === 403)) return { is: "refused" };
  return { is: "unread", why: `could not be read (${kind === "unreadable" ? kind : inAWord})` };
}
