/** Conditional requests: an answer that has not changed costs nothing of the primary limit (docs/platform.md#conditional-requests). */

import type { Clock } from "../edges/clock.ts";
import { headerOf, type Request, type RequestOptions, readAnswer, type Send } from "./http.ts";

/** A request, and the function that reads its answer. */
interface Question<Answer> extends Request {
  read: (data: unknown) => Answer;
}

/** Asks, and reads the answer. While the answer to a GET stays the same, it is the same object. */
export type Ask = <Answer>(question: Question<Answer>, options: RequestOptions) => Promise<Answer>;

/** Servers have been reported to answer 304 for ever, so after this time an answer is asked for anew. */
const KEEP_ANSWERS_MS = 2 * 60 * 60 * 1000;

/** Makes an `Ask` that keeps the answers which have an ETag. */
export function keepAnswers(send: Send, clock: Clock): Ask {
  const kept = new Map<string, { etag: string; answer: unknown; sinceMs: number }>();
  return async <Answer>({ read, ...request }: Question<Answer>, options: RequestOptions) => {
    const { route, parameters = {} } = request;
    const key = JSON.stringify([route, parameters]);
    const last = kept.get(key);
    const isFresh = last && clock.nowMs() - last.sinceMs < KEEP_ANSWERS_MS;
    const headers = { ...parameters.headers, ...(isFresh && { "if-none-match": last.etag }) };
    const reply = await send({ ...request, parameters: { ...parameters, headers } }, options);
    if (reply.status === 304 && last) return last.answer as Answer;
    const answer = readAnswer(reply, read);
    const etag = headerOf(reply, "etag");
    if (etag && route.startsWith("GET")) kept.set(key, { etag, answer, sinceMs: clock.nowMs() });
    return answer;
  };
}
