import type { components } from "@octokit/openapi-types";
import { json, reject } from "./answer.ts";
import { nodeId, userAnswer } from "./repository-answers.ts";
import type { Route } from "./routes.ts";
import { toIso } from "./run.ts";

const STATES = ["error", "failure", "pending", "success"];

/** The statuses of commits. */
export const statusRoutes: readonly Route[] = [
  {
    method: "POST",
    pattern: "/repos/{owner}/{repo}/statuses/{sha}",
    body: ["state", "target_url", "description", "context"],
    needs: ["statuses", "write"],
    answer: ({ repository, params: { sha = "" }, body, bases, nowMs }) => {
      const { state, target_url: url = "", description = "", context = "default" } = body as Record<string, string>;
      if (!/^[0-9a-f]{40}$/.test(sha)) return reject(422, `No commit found for SHA: ${sha}`);
      if (!STATES.includes(state ?? "") || [...description].length > 140) return reject(422, "Validation Failed");
      repository.statuses.push({ sha, state: state ?? "", context, description, url });
      const id = repository.statuses.length;
      const at = toIso(nowMs);
      const answer = json<components["schemas"]["status"]>({
        url: `${bases.api}/repos/${repository.fullName}/statuses/${sha}`,
        avatar_url: null,
        id,
        node_id: nodeId("SC", id),
        state: state ?? "",
        description,
        target_url: url === "" ? null : url,
        context,
        created_at: at,
        updated_at: at,
        creator: userAnswer("octocat", bases),
      });
      return { ...answer, status: 201 };
    },
  },
];
