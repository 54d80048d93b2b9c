import type { VirtualClock } from "./virtual-clock.ts";

/** An answer, read. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** Calls the simulator by hand, as this token. */
export function clientOf(clock: VirtualClock, apiUrl: string, token: string | undefined) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await clock.fetch(apiUrl + path, {
      method,
      redirect: "manual",
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  };
}
