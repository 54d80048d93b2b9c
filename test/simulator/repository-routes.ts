import type { components } from "@octokit/openapi-types";
import { json, pageOf, reject } from "./answer.ts";
import { branchAnswer, contentAnswer, nodeId, repositoryAnswer, workflowAnswer } from "./repository-answers.ts";
import type { Route } from "./routes.ts";
import { isOnRef, type Repository, resolveRef, type WorkflowFile } from "./world.ts";

type Schemas = components["schemas"];

/** What a repository is and has: itself, its refs, its workflows; and the caller's budget. */
export const repositoryRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: "/rate_limit",
    answer: ({ version, budget }) => {
      const resources = { core: budget, search: { limit: 30, remaining: 30, used: 0, reset: budget.reset } };
      // The new version has no `rate` any more; the published schema still speaks of the old one.
      return version === "2022-11-28"
        ? json<Schemas["rate-limit-overview"]>({ resources, rate: budget })
        : json<Pick<Schemas["rate-limit-overview"], "resources">>({ resources });
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}",
    needs: ["metadata", "read"],
    answer: ({ repository, bases }) => json(repositoryAnswer(repository, bases)),
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/branches/{branch+}",
    needs: ["contents", "read"],
    answer: ({ repository, params, bases }) => {
      const branch = params.branch ?? "";
      if (!repository.branches.includes(branch)) return reject(404, "Branch not found");
      return json(branchAnswer(branch, repository, bases));
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/git/ref/{ref+}",
    needs: ["contents", "read"],
    answer: ({ repository, params, bases }) => {
      const full = `refs/${params.ref}`;
      const found = /^refs\/(heads|tags)\//.test(full) ? resolveRef(repository, full) : undefined;
      if (!found) return reject(404, "Not Found");
      const git = `${bases.api}/repos/${repository.fullName}/git`;
      const object = { type: "commit", sha: found.sha, url: `${git}/commits/${found.sha}` };
      return json<Schemas["git-ref"]>({
        ref: full,
        node_id: nodeId("REF", full),
        url: `${git}/${full}`,
        object,
      });
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/contents/{path+}",
    query: ["ref"],
    needs: ["contents", "read"],
    answer: ({ repository, params, query, bases }) => {
      const ref = query.ref ?? repository.defaultBranch;
      const resolved = resolveRef(repository, ref);
      if (!resolved) return reject(404, `No commit found for the ref ${ref}`);
      const file = repository.workflows.find((known) => `.github/workflows/${known.file}` === params.path);
      return file && isOnRef(repository, file, resolved)
        ? json(contentAnswer(file, ref, repository, bases))
        : reject(404, "Not Found");
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/workflows",
    query: ["per_page", "page"],
    needs: ["actions", "read"],
    answer: (call) => {
      const { repository, bases } = call;
      const { page, link } = pageOf(call, repository.workflows);
      const workflows: Schemas["workflow"][] = page.map((file) => workflowAnswer(file, repository, bases));
      return json({ total_count: repository.workflows.length, workflows }, link);
    },
  },
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow}",
    needs: ["actions", "read"],
    answer: ({ repository, params, bases }) => {
      const file = findWorkflow(repository, params.workflow ?? "");
      return file ? json(workflowAnswer(file, repository, bases)) : reject(404, "Not Found");
    },
  },
];

/** By id if it is all digits, or else by file name: GitHub takes neither paths nor display names here. */
export function findWorkflow(repository: Repository, workflow: string): WorkflowFile | undefined {
  return repository.workflows.find(({ id, file }) =>
    /^\d+$/.test(workflow) ? id === Number(workflow) : file === workflow,
  );
}
