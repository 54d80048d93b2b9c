import type { components } from "@octokit/openapi-types";
import { json, pageOf, reject } from "./answer.ts";
import { nodeId } from "./repository-answers.ts";
import type { Call, Route } from "./routes.ts";
import { attemptAt, type Run, toIso } from "./run.ts";
import { servers } from "./servers-table.ts";
import { lastAttempt, shaOf } from "./world.ts";

type Artifact = components["schemas"]["artifact"];

/** What a run has left: listed as soon as it is uploaded, which is here when its jobs have ended. */
export const artifactRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts",
    query: ["per_page", "page", "name"],
    needs: ["actions", "read"],
    answer: (call) => {
      const run = call.repository.runs.find(({ id }) => String(id) === call.params.run_id);
      if (!run || run.knownMs > call.nowMs) return reject(404, "Not Found");
      const { name } = call.query;
      const shown = artifactsOf(run, call).filter((artifact) => name === undefined || artifact.name === name);
      const { page, link } = pageOf(call, shown);
      return json<{ total_count: number; artifacts: Artifact[] }>({ total_count: shown.length, artifacts: page }, link);
    },
  },
];

function artifactsOf(run: Run, { server, repository, bases, nowMs }: Call): Artifact[] {
  const attempt = lastAttempt(run);
  const state = attemptAt(attempt, nowMs);
  if (state.status !== "completed") return [];
  return (attempt.behaviour.artifacts ?? []).map(({ name, text }, index) => {
    const id = run.id * 10 + index;
    const url = `${bases.api}/repos/${repository.fullName}/actions/artifacts/${id}`;
    const { sha } = run.ref;
    return {
      id,
      node_id: nodeId("A", id),
      name,
      size_in_bytes: Buffer.byteLength(text),
      url,
      archive_download_url: `${url}/zip`,
      expired: false,
      created_at: toIso(state.updatedMs),
      updated_at: toIso(state.updatedMs),
      expires_at: toIso(state.updatedMs + 90 * 86_400_000),
      ...(servers[server].hasDigest && { digest: `sha256:${shaOf(text).padEnd(64, "0")}` }),
      workflow_run: {
        id: run.id,
        repository_id: repository.id,
        head_repository_id: repository.id,
        head_branch: run.ref.name,
        head_sha: sha,
      },
    };
  });
}
