import { fields, list, nameOf, timeMs } from "./response-fields.ts";

/** An environment that a run waits for. */
export interface PendingDeployment {
  environment: string;
  /** One approval is enough. */
  reviewers: readonly string[];
  /** Epoch ms by the server's clock; undefined without a started wait timer. */
  timerEndsAtMs: number | undefined;
}

export function readPendingDeployments(data: unknown): PendingDeployment[] {
  return list(data, (each) => {
    const { environment, reviewers, wait_timer, wait_timer_started_at } = fields(each, "pending-deployment");
    const startedAtMs = timeMs(wait_timer_started_at);
    const hasTimer = typeof wait_timer === "number" && wait_timer > 0 && startedAtMs !== undefined;
    return {
      environment: nameOf((environment as { name?: unknown } | null)?.name),
      reviewers: Array.isArray(reviewers) ? reviewers.map(readReviewer).filter((name) => name !== "") : [],
      timerEndsAtMs: hasTimer ? startedAtMs + wait_timer * 60_000 : undefined,
    };
  });
}

function readReviewer(data: unknown): string {
  const { reviewer } = (data ?? {}) as { reviewer?: { login?: unknown; name?: unknown } | null };
  const [login, team] = [nameOf(reviewer?.login), nameOf(reviewer?.name)];
  return login || (team && `the team ${team}`);
}
