/** A request that the simulator received. */
export interface JournalEntry {
  method: string;
  /** Without `/api/v3` and query, still encoded. */
  path: string;
  query: Record<string, string>;
  /** Parsed; undefined without a body, the text itself if it was not JSON. */
  body: unknown;
  /** Names in lower case; `authorization` is redacted. */
  headers: Record<string, string>;
  /** As given to `addToken`; undefined if there was none, or an unknown one. */
  token: string | undefined;
  /** What the client got to see; 0 if no status ever reached it. */
  status: number;
  /** What went wrong on purpose. */
  fault: string | undefined;
  /** Server's epoch milliseconds at arrival. */
  atMs: number;
  /** Taken off the hour's budget. */
  billed: boolean;
}

/** One line for people: `GET /repos/octo/target/actions/runs?per_page=30 → 200`. */
export function describeEntry({ method, path, query, status, fault }: JournalEntry): string {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const outcome = fault === undefined ? String(status) : status === 0 ? fault : `${status} (${fault})`;
  return `${method} ${path}${search.length > 0 ? `?${search.join("&")}` : ""} → ${outcome}`;
}
