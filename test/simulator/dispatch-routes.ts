import type { components } from "@octokit/openapi-types";
import { json, reject } from "./answer.ts";
import { findWorkflow } from "./repository-routes.ts";
import type { Answer, Call, Route } from "./routes.ts";
import type { WorkflowInput } from "./workflow.ts";
import { isOnRef, resolveRef } from "./world.ts";

/** The version that always answers with the run. */
export const detailsVersion = "2026-03-10";

/** The two ways to start a workflow. */
export const dispatchRoutes: readonly Route[] = [
  {
    method: "POST",
    pattern: "/repos/{owner}/{repo}/dispatches",
    body: ["event_type", "client_payload"],
    needs: ["contents", "write"],
    answer: (call) => withDeprecation(call, sendRepositoryDispatch(call)),
  },
  {
    method: "POST",
    pattern: "/repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches",
    body: ["ref", "inputs", "return_run_details"],
    needs: ["actions", "write"],
    answer: (call) => withDeprecation(call, sendWorkflowDispatch(call)),
  },
];

function sendRepositoryDispatch({ world, repository, body, token }: Call): Answer {
  const { event_type: type, client_payload: payload = {} } = body;
  if (typeof type !== "string") return reject(422, `Invalid request.\n\n"event_type" wasn't supplied.`);
  if (type.length < 1 || type.length > 100) {
    return reject(422, "Invalid request.\n\nevent_type must be between 1 and 100 characters.");
  }
  if (!isMap(payload)) {
    return reject(
      422,
      `Invalid request.\n\nFor 'properties/client_payload', ${JSON.stringify(payload)} is not an object.`,
    );
  }
  const count = Object.keys(payload).length;
  if (count > 10) {
    return reject(422, `Invalid request.\n\nNo more than 10 properties are allowed; ${count} were supplied.`);
  }
  if (JSON.stringify(payload).length > 65_535) return reject(422, "client_payload is too large.");
  // Nobody has to listen: 204 all the same.
  for (const file of repository.workflows) {
    const types = file.workflow.repositoryDispatch?.types;
    if (types && (types.length === 0 || types.includes(type)) && file.state === "active") {
      world.start(repository, file, {
        event: "repository_dispatch",
        action: type,
        payload,
        actor: actorOf(token),
      });
    }
  }
  return { status: 204 };
}

function sendWorkflowDispatch(call: Call): Answer {
  const { world, repository, body, params, bases } = call;
  const asksByKey = "return_run_details" in body;
  if (asksByKey && call.version === detailsVersion) {
    return call.violate("return_run_details together with version 2026-03-10 is undefined at GitHub");
  }
  if (asksByKey && call.runDetails !== "known") {
    return reject(422, `Invalid request.\n\n"return_run_details" is not a permitted key.`);
  }
  const file = findWorkflow(repository, params.workflow ?? "");
  if (!file) return reject(404, "Not Found");
  if (file.state !== "active") {
    return reject(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  }
  const trigger = file.workflow.workflowDispatch;
  if (!trigger) return reject(422, "Workflow does not have 'workflow_dispatch' trigger");
  if (typeof body.ref !== "string") return reject(422, `Invalid request.\n\n"ref" wasn't supplied.`);
  const ref = resolveRef(repository, body.ref);
  if (!ref) return reject(422, `No ref found for: ${body.ref}`);
  if (!isOnRef(repository, file, ref)) return reject(422, "Workflow does not have 'workflow_dispatch' trigger");
  const given = body.inputs ?? {};
  if (!isMap(given)) return reject(422, "Invalid request.\n\nFor 'properties/inputs', it is not an object.");
  const count = Object.keys(given).length;
  if (count > call.maxInputs) {
    return reject(
      422,
      `Invalid request.\n\nNo more than ${call.maxInputs} properties are allowed; ${count} were supplied.`,
    );
  }
  const { inputs, problem } = checkInputs(trigger.inputs, given);
  if (problem !== undefined) return reject(422, problem);
  const run = world.start(repository, file, {
    event: "workflow_dispatch",
    ref: body.ref,
    inputs,
    actor: actorOf(call.token),
  });
  const tells = call.version === detailsVersion || (asksByKey && body.return_run_details === true);
  if (!tells) return { status: 204 };
  return json<components["schemas"]["workflow-dispatch-response"]>({
    workflow_run_id: run.id,
    run_url: `${bases.api}/repos/${repository.fullName}/actions/runs/${run.id}`,
    html_url: `${bases.html}/${repository.fullName}/actions/runs/${run.id}`,
  });
}

/** The values the run gets, or why there will be no run. */
function checkInputs(
  declared: Record<string, WorkflowInput>,
  given: Record<string, unknown>,
): { inputs: Record<string, unknown>; problem?: string } {
  const inputs: Record<string, unknown> = {};
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unexpected.length > 0) return { inputs, problem: `Unexpected inputs provided: ${JSON.stringify(unexpected)}` };
  const missing = Object.keys(declared).find(
    (name) => declared[name]?.required && declared[name].default === undefined && given[name] === undefined,
  );
  if (missing !== undefined) return { inputs, problem: `Required input '${missing}' not provided` };
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default ?? (input.type === "boolean" ? "false" : "");
    if (typeof value === "object") return { inputs, problem: `Invalid value for input '${name}'` };
    const text = String(value);
    const allowed = input.type === "boolean" ? ["true", "false"] : input.type === "choice" ? input.options : undefined;
    if (allowed && given[name] !== undefined && !allowed.includes(text)) {
      return {
        inputs,
        problem: `Provided value '${text}' for input '${name}' not in the list of allowed values`,
      };
    }
    inputs[name] = input.type === "boolean" ? text === "true" : input.type === "number" ? Number(text) : text;
  }
  return { inputs };
}

/** Since the new version is out, GitHub calls every dispatch of the old one deprecated. */
function withDeprecation(call: Call, answer: Answer): Answer {
  if (call.version !== "2022-11-28" || call.runDetails !== "known") return answer;
  const deprecation = "Tue, 10 Mar 2026 00:00:00 GMT";
  const sunset = "Fri, 10 Mar 2028 00:00:00 GMT";
  const link = `<https://docs.github.com/rest/about-the-rest-api/api-versions>; rel="deprecation"`;
  return { ...answer, headers: { ...answer.headers, deprecation, sunset, link } };
}

function actorOf(token: Call["token"]): string {
  return token?.kind === "integration" ? "github-actions[bot]" : "octocat";
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
