/** What the hook is told of a request. */
export interface FaultRequest {
  method: string;
  /** Without `/api/v3` and query. */
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** How many requests with this method and route there have been, this one included. */
  nth: number;
  token: string | undefined;
}

/**
 * Something that goes wrong with one request. `before`: it did not reach GitHub's logic. `after`: it took effect, only
 * the answer went wrong.
 */
export type Fault =
  | {
      kind: "status";
      when: "before" | "after";
      status: number;
      body?: unknown;
      headers?: Record<string, string>;
    }
  /** The connection is torn down. */
  | { kind: "reset"; when: "before" | "after" }
  /** Never answered. */
  | { kind: "hang"; when: "before" | "after" }
  /** The whole length is announced, half of it comes, the connection is closed. */
  | { kind: "cut"; when: "after" }
  /** 200 with a page that is not JSON. */
  | { kind: "garbage"; when: "before" | "after" }
  /** Answered with another body: by a server that is no GitHub, or by a proxy that changes it. */
  | { kind: "rewrite"; when: "after"; rewrite: (body: unknown) => unknown }
  /** Default `before`: arrives late and takes effect then, even if its client has gone. `after`: only the answer is late. */
  | { kind: "delay"; ms: number; when?: "before" | "after" }
  /** A GET is answered as it would have been `ms` ago: by a replica that lags. */
  | { kind: "stale"; ms: number };

/** Asked for each request that the simulator knows; undefined: nothing goes wrong. */
export type FaultHook = (request: FaultRequest) => Fault | undefined;
