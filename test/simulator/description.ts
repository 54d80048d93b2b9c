import type { ErrorObject, ValidateFunction } from "ajv";
import type { DescribedServer } from "./description-excerpt.ts";
import { loadValidators, type Validators } from "./description-validators.ts";

/** A published description, held against requests and answers. Nothing is read before it is needed. */
export class Description {
  readonly #load: () => Validators;
  #loaded: Validators | undefined;

  /** `routes` as `routeName` makes them: all that may be asked for. */
  constructor(server: DescribedServer, version: string, routes: readonly string[]) {
    this.#load = () => loadValidators(server, version, routes);
  }

  /** Now instead of when it is first needed. */
  read(): void {
    this.#loaded ??= this.#load();
  }

  /** What is wrong with the request, field by field. */
  wrongInRequest(route: string, query: Record<string, string>, body: unknown): string[] {
    const checks = this.#validators.routes[route];
    if (!checks) return ["no such route"];
    const wrong = Object.entries(query).flatMap(([name, text]) => {
      const check = checks.query[name];
      if (!check) return [`unknown query parameter "${name}"`];
      return errorsOf(check.validate, typed(text, check.type), `query parameter "${name}"`);
    });
    if (body === undefined) return wrong;
    // A body that says nothing is none, as octokit sends it.
    if (!checks.body) return isEmpty(body) ? wrong : [...wrong, "body: is not described"];
    return [...wrong, ...errorsOf(checks.body, body, "body")];
  }

  /** What is wrong with the answer, field by field. */
  wrongInAnswer(route: string, status: number, body: unknown): string[] {
    const described = this.#validators.routes[route]?.answers[String(status)];
    // GitHub's own 422 have a `status` that the description of a validation error lacks: the common form will do as well.
    const isCommonError = status >= 400 && this.#validators.error(body);
    if (described) return isCommonError ? [] : errorsOf(described, body, "body");
    if (described === null || status === 304) return body === undefined ? [] : ["body: is not described"];
    if (status < 300 || status === 302) return [`status ${status}: is not described`];
    // Of errors, a description names only those that are peculiar to a route.
    return errorsOf(this.#validators.error, body, "body");
  }

  get #validators(): Validators {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }
}

/** `GET /repos/{owner}/{repo}/contents/{path+}` without the parameters' names, which descriptions choose otherwise. */
export function routeName({ method, pattern }: { method: string; pattern: string }): string {
  return `${method} ${pattern.replace(/\{[^}]*\}/g, "{}")}`;
}

/** A text of the address, as what it is meant to be. */
function typed(text: string, type: unknown): unknown {
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

function errorsOf(validate: ValidateFunction, value: unknown, name: string): string[] {
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${name}${inWords(error)}`);
}

/** `.workflow_runs[0].run_atempt: is not described`. */
function inWords({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.replace(/\/(\d+)(?=\/|$)/g, "[$1]").replace(/\/([^/]+)/g, ".$1");
  if (keyword === "additionalProperties") return `${path}.${params.additionalProperty}: is not described`;
  if (keyword === "required") return `${path}.${params.missingProperty}: is missing`;
  if (keyword === "enum") return `${path}: ${message}: ${params.allowedValues.join(", ")}`;
  return `${path}: ${message}`;
}

function isEmpty(body: unknown): boolean {
  return typeof body === "object" && body !== null && Object.keys(body).length === 0;
}
