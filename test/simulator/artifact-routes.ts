import { createHash } from "node:crypto";
import type { components } from "@octokit/openapi-types";
import { json, pageOf, reject } from "./answer.ts";
import { nodeId } from "./repository-answers.ts";
import type { Call, Route } from "./routes.ts";
import { type Attempt, attemptAt, type Run, toIso } from "./run.ts";
import { servers } from "./servers-table.ts";
import { storageOf } from "./storage.ts";
import type { ArtifactBehaviour } from "./timeline.ts";
import { zipOf } from "./zip.ts";

type Artifact = components["schemas"]["artifact"];

/** For how long GitHub's storage lets in whoever has the address. */
const addressMs = 60_000;

/** What the attempts of a run have left: listed as soon as it is uploaded, and read from another host. */
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
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}",
    needs: ["actions", "read"],
    answer: (call) => {
      const { artifact_id: id, archive_format } = call.params;
      if (archive_format !== "zip") return call.violate(`the format ${archive_format}`);
      const left = leftBy(call.repository.runs, call.nowMs).find((each) => String(each.id) === id);
      if (!left) return reject(404, "Not Found");
      if (left.artifact.expired) return reject(410, "Artifact has expired");
      const address = `${storageOf(call.bases.html)}/artifact-files/${id}?sig=permission&se=${call.nowMs + addressMs}`;
      return { status: 302, headers: { location: address } };
    },
  },
  {
    method: "GET",
    pattern: "/artifact-files/{artifact_id}",
    isElsewhere: true,
    query: ["sig", "se"],
    answer: (call) => {
      if (call.hasAuthorization) return call.violate("a token was sent to where the artifacts are");
      const runs = call.world.repositories.flatMap((each) => each.runs);
      const left = leftBy(runs, call.nowMs).find(({ id }) => String(id) === call.params.artifact_id);
      if (!left) return reject(404, "Not Found");
      if (Number(call.query.se) <= call.nowMs) return reject(403, "Server failed to authenticate the request.");
      return { status: 200, bytes: bytesOf(left.artifact) };
    },
  },
];

interface Left {
  id: number;
  run: Run;
  artifact: ArtifactBehaviour;
  uploadedMs: number;
}

/** What is there by now, the oldest first. */
function leftBy(runs: readonly Run[], nowMs: number): Left[] {
  return runs
    .flatMap((run) => run.attempts.flatMap((attempt) => leftByAttempt(run, attempt, nowMs)))
    .filter(({ uploadedMs }) => uploadedMs <= nowMs);
}

function leftByAttempt(run: Run, attempt: Attempt, nowMs: number): Left[] {
  const { status, updatedMs } = attemptAt(attempt, nowMs);
  const endMs = status === "completed" ? updatedMs : Number.POSITIVE_INFINITY;
  return (attempt.behaviour.artifacts ?? []).map((artifact, index) => {
    const { uploadedAfterMs } = artifact;
    const uploadedMs = uploadedAfterMs === undefined ? endMs : attempt.startedMs + uploadedAfterMs;
    return { id: run.id * 1000 + attempt.number * 10 + index, run, artifact, uploadedMs };
  });
}

function bytesOf({ text, bytes, files }: ArtifactBehaviour): Buffer {
  return files ? zipOf(files) : Buffer.from(bytes ?? text ?? "");
}

function artifactsOf(run: Run, { server, repository, bases, nowMs }: Call): Artifact[] {
  return leftBy([run], nowMs).map(({ id, artifact, uploadedMs }) => {
    const { name, expired = false, sizeBytes, digest } = artifact;
    const url = `${bases.api}/repos/${repository.fullName}/actions/artifacts/${id}`;
    const bytes = bytesOf(artifact);
    return {
      id,
      node_id: nodeId("A", id),
      name,
      size_in_bytes: sizeBytes ?? bytes.length,
      url,
      archive_download_url: `${url}/zip`,
      expired,
      created_at: toIso(uploadedMs),
      updated_at: toIso(uploadedMs),
      expires_at: toIso(uploadedMs + 90 * 86_400_000),
      ...(servers[server].hasDigest && {
        digest: digest ?? `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
      }),
      workflow_run: {
        id: run.id,
        repository_id: repository.id,
        head_repository_id: repository.id,
        head_branch: run.ref.name,
        head_sha: run.ref.sha,
      },
    };
  });
}
