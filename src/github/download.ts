import { abortAfter } from "../runner/cancellation.ts";
import type { Clock } from "../runner/clock.ts";
import {
  type ApiResponse,
  headerOf,
  type Request,
  type RequestOptions,
  requestErrorFrom,
  type Send,
  timeLeft,
} from "./http.ts";
import { kindOfError, RequestError } from "./request-error.ts";
import type { Fetch } from "./transport.ts";

export type Download = (request: Request, options: RequestOptions) => AsyncGenerator<Uint8Array>;

/** GitHub redirects, usually to another host. The URL is the permission, for a minute: it gets no token and is used once. */
export function makeDownload(
  send: Send,
  { apiUrl, fetch, clock }: { apiUrl: string; fetch: Fetch; clock: Clock },
): Download {
  return async function* download(request, options) {
    const left = timeLeft(clock, options);
    const reply = await send(request, options);
    const address = addressIn(reply, apiUrl);
    const timer = abortAfter(clock, left().timeoutMs, () => undefined, options.signal);
    try {
      const answer = await fetch(address, { redirect: "error", signal: timer.signal });
      if (!answer.ok || !answer.body) throw requestErrorFrom("unreadable", reply, `its file returned ${answer.status}`);
      yield* answer.body;
    } catch (error) {
      if (error instanceof RequestError) throw error;
      const { kind, code } = kindOfError(error);
      throw new RequestError(kind, { ...reply, status: undefined, code, answer: "its file could not be read" });
    } finally {
      timer.release();
    }
  };
}

export async function* textOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of parts) yield decoder.decode(bytes, { stream: true });
}

/** @throws RequestError for a file on plain HTTP if the API is on TLS */
function addressIn(reply: ApiResponse, apiUrl: string): string {
  const [given, base] = [headerOf(reply, "location"), new URL(reply.request.replace(/^\S+ /, ""), apiUrl)];
  const address = given && URL.canParse(given, base.href) ? new URL(given, base) : undefined;
  const isSafe = address?.protocol === "https:" || address?.protocol === base.protocol;
  if (reply.status !== 302 || !address || !isSafe) throw requestErrorFrom("unreadable", reply, "no URL of a file");
  return address.href;
}
