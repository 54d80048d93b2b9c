import { parse } from "yaml";
import { checkTemplate } from "./expression.ts";

/** An input of `workflow_dispatch`, as the workflow declares it. */
export interface WorkflowInput {
  type: "string" | "boolean" | "choice" | "number" | "environment";
  required: boolean;
  default?: string | undefined;
  options?: string[] | undefined;
}

export interface WorkflowStep {
  /** Its name, or else what it runs: the whole of it, and it may hold expressions. */
  title: string;
  /** Before the title of a step that has no name. */
  prefix: "" | "Run ";
  env: Record<string, string>;
}

/** A job as the file has it: names are templates still, and a matrix is one job. */
export interface WorkflowJob {
  id: string;
  name: string | undefined;
  needs: string[];
  /** `never`: a literal `if: false`. `always`: also behind a failed need. */
  when: "needs succeed" | "always" | "never";
  /** Has to hold besides; empty: nothing. */
  condition: string;
  /** As written; undefined: it has none. */
  matrix: unknown;
  environment: string | undefined;
  /** In milliseconds; undefined where it is none that can be read here. */
  timeoutMs: number | undefined;
  concurrency: Concurrency | undefined;
  env: Record<string, string>;
  steps: WorkflowStep[];
  /** What it hands to the reusable workflow that it calls, as written; undefined: it calls none. */
  handed: Fields | undefined;
  /** The file that it calls, without folder; undefined: of another repository, or none. */
  calls: string | undefined;
  /** That file's workflow, where the repository has it: its jobs are played. */
  called?: Workflow;
}

export interface Workflow {
  name: string;
  runName: string | undefined;
  /** Event → nothing more to say; the two that we send are below. */
  events: string[];
  /** Undefined: does not listen. Empty `types`: listens to all. */
  repositoryDispatch: { types: string[] } | undefined;
  workflowDispatch: { inputs: Record<string, WorkflowInput> } | undefined;
  workflowCall: { inputs: Record<string, WorkflowInput> } | undefined;
  env: Record<string, string>;
  /** Of the workflow as a whole. */
  concurrency: Concurrency | undefined;
  jobs: WorkflowJob[];
}

export interface Concurrency {
  /** May hold expressions, as the next does. */
  group: string;
  cancelInProgress: string;
  /** `single`: one waits, and a newer one takes its place. `max`: up to a hundred wait, first in, first out. */
  queue: "single" | "max";
}

const runContexts = ["github", "inputs", "vars"];
const jobContexts = [...runContexts, "needs", "strategy", "matrix"];
/** Of an `env` block. */
const envContexts = [...jobContexts, "env"];
const stepContexts = [...envContexts, "steps", "job", "runner", "secrets"];

type Fields = Record<string, unknown>;

/** Reads a workflow file as a user writes it. Throws, naming it, at any construct that this simulator does not play. */
export function readWorkflow(file: string, text: string): Workflow {
  const root = fieldsOf(parse(text, { maxAliasCount: -1 }), file);
  only(root, ["name", "run-name", "on", "env", "concurrency", "jobs"], ["permissions", "defaults"], file);
  const runName = optionalText(root["run-name"], `${file}: run-name`);
  if (runName) checkTemplate(runName, runContexts, `${file}: run-name`);
  const jobs = Object.entries(fieldsOf(root.jobs, `${file}: jobs`));
  if (jobs.length === 0) throw new Error(`${file}: has no jobs`);
  const workflow: Workflow = {
    name: optionalText(root.name, `${file}: name`) ?? `.github/workflows/${file}`,
    runName,
    events: [],
    repositoryDispatch: undefined,
    workflowDispatch: undefined,
    workflowCall: undefined,
    env: readEnv(root.env, runContexts, `${file}: env`),
    concurrency: readConcurrency(root.concurrency, runContexts, `${file}: concurrency`),
    jobs: jobs.map(([id, job]) => readJob(id, job, `${file}: jobs.${id}`)),
  };
  readTriggers(workflow, root.on, `${file}: on`);
  for (const job of workflow.jobs) {
    for (const need of job.needs) {
      if (!workflow.jobs.some(({ id }) => id === need)) throw new Error(`${file}: needs unknown job ${need}`);
    }
  }
  return workflow;
}

/** Links each job that calls a file of the same repository to that file's workflow. */
export function linkCalls(workflows: ReadonlyMap<string, Workflow>): void {
  for (const job of [...workflows.values()].flatMap(({ jobs }) => jobs)) {
    const called = workflows.get(job.calls ?? "");
    if (called) job.called = called;
  }
}

/** What GitHub has of a file that it cannot read: it is called by its path, and listens for nothing. */
export function unreadWorkflow(file: string): Workflow {
  return {
    name: `.github/workflows/${file}`,
    runName: undefined,
    events: [],
    repositoryDispatch: undefined,
    workflowDispatch: undefined,
    workflowCall: undefined,
    env: {},
    concurrency: undefined,
    jobs: [],
  };
}

function readConcurrency(value: unknown, contexts: readonly string[], where: string): Concurrency | undefined {
  if (value === undefined) return undefined;
  const fields = typeof value === "string" ? { group: value } : fieldsOf(value, where);
  only(fields, ["group", "cancel-in-progress", "queue"], [], where);
  const group = optionalText(fields.group, `${where}.group`);
  if (!group) throw new Error(`${where}: no group`);
  const cancelInProgress = optionalText(fields["cancel-in-progress"], `${where}.cancel-in-progress`) ?? "false";
  for (const text of [group, cancelInProgress]) checkTemplate(text, contexts, where);
  const queue = fields.queue ?? "single";
  if (queue !== "single" && queue !== "max") throw new Error(`${where}.queue: no such queue`);
  if (queue === "max" && cancelInProgress !== "false") throw new Error(`${where}: \`max\` and cancel-in-progress`);
  return { group, cancelInProgress, queue };
}

function readTriggers(workflow: Workflow, on: unknown, where: string): void {
  const triggers: Fields =
    typeof on === "string"
      ? { [on]: null }
      : Array.isArray(on)
        ? Object.fromEntries(on.map((event) => [String(event), null]))
        : fieldsOf(on, where);
  for (const [event, settings] of Object.entries(triggers)) {
    workflow.events.push(event);
    if (event !== "repository_dispatch" && event !== "workflow_dispatch" && event !== "workflow_call") continue;
    const fields = fieldsOf(settings ?? {}, `${where}.${event}`);
    if (event === "repository_dispatch") {
      only(fields, ["types"], [], `${where}.${event}`);
      workflow.repositoryDispatch = { types: listOf(fields.types) };
    } else {
      only(fields, ["inputs"], event === "workflow_call" ? ["outputs", "secrets"] : [], `${where}.${event}`);
      const inputs = Object.entries(fieldsOf(fields.inputs ?? {}, `${where}.${event}.inputs`));
      workflow[event === "workflow_call" ? "workflowCall" : "workflowDispatch"] = {
        inputs: Object.fromEntries(
          inputs.map(([name, input]) => [name, readInput(input, `${where}.${event}.inputs.${name}`)]),
        ),
      };
    }
  }
}

function readInput(value: unknown, where: string): WorkflowInput {
  const fields = fieldsOf(value ?? {}, where);
  only(fields, ["type", "required", "default", "options"], ["description", "deprecationMessage"], where);
  const type = fields.type ?? "string";
  if (type !== "string" && type !== "boolean" && type !== "choice" && type !== "number" && type !== "environment") {
    throw new Error(`${where}: unknown type ${String(type)}`);
  }
  return {
    type,
    required: fields.required === true,
    default: fields.default === undefined || fields.default === null ? undefined : String(fields.default),
    options: fields.options === undefined ? undefined : listOf(fields.options),
  };
}

function readJob(id: string, value: unknown, where: string): WorkflowJob {
  const fields = fieldsOf(value, where);
  const harmless = ["permissions", "defaults", "timeout-minutes", "runs-on", "outputs", "secrets", "container"];
  const played = ["name", "needs", "if", "steps", "strategy", "environment", "env", "uses", "with"];
  only(fields, [...played, "concurrency"], [...harmless, "continue-on-error"], where);
  const name = optionalText(fields.name, `${where}.name`);
  if (name) checkTemplate(name, jobContexts, `${where}.name`);
  if (fields.steps === undefined && fields.uses === undefined) throw new Error(`${where}: no steps, no uses`);
  const steps = fields.steps ?? [];
  if (!Array.isArray(steps)) throw new Error(`${where}.steps: not a list`);
  const environment = fields.environment;
  return {
    id,
    name,
    handed: fields.uses === undefined ? undefined : fieldsOf(fields.with ?? {}, `${where}.with`),
    calls: /^\.\/\.github\/workflows\/([^/]+)$/.exec(String(fields.uses))?.[1],
    needs: listOf(fields.needs),
    ...readCondition(fields.if, `${where}.if`),
    matrix: readMatrix(fields.strategy, `${where}.strategy`),
    environment:
      environment === undefined || typeof environment === "string"
        ? environment
        : String(fieldsOf(environment, `${where}.environment`).name),
    timeoutMs: typeof fields["timeout-minutes"] === "number" ? fields["timeout-minutes"] * 60_000 : undefined,
    concurrency: readConcurrency(fields.concurrency, jobContexts, `${where}.concurrency`),
    env: readEnv(fields.env, jobContexts, `${where}.env`),
    steps: steps.flatMap((step, index) => readSteps(step, `${where}.steps[${index}]`)),
  };
}

/** A step, or those that run beside each other. Here they run one after another, which shows the same names. */
function readSteps(value: unknown, where: string): WorkflowStep[] {
  const fields = fieldsOf(value, where);
  if (Array.isArray(fields.parallel)) return fields.parallel.flatMap((step) => readSteps(step, `${where}.parallel`));
  const control = ["wait", "wait-all", "cancel"].find((key) => key in fields);
  if (control === undefined) return [readStep(value, where)];
  only(fields, [control], ["name", "if", "id"], where);
  return [{ title: optionalText(fields.name, `${where}.name`) ?? control, prefix: "", env: {} }];
}

function readStep(value: unknown, where: string): WorkflowStep {
  const fields = fieldsOf(value, where);
  const harmless = [
    "with",
    "shell",
    "id",
    "if",
    "timeout-minutes",
    "continue-on-error",
    "working-directory",
    "background",
  ];
  only(fields, ["name", "run", "uses", "env"], harmless, where);
  const run = optionalText(fields.run, `${where}.run`);
  const uses = optionalText(fields.uses, `${where}.uses`);
  if ((run === undefined) === (uses === undefined)) throw new Error(`${where}: either run or uses`);
  const name = optionalText(fields.name, `${where}.name`);
  const title = name ?? uses ?? run ?? "";
  checkTemplate(title, stepContexts, `${where}.name`);
  const env = readEnv(fields.env, envContexts, `${where}.env`);
  return { title, prefix: name === undefined ? "Run " : "", env };
}

function readCondition(value: unknown, where: string): Pick<WorkflowJob, "when" | "condition"> {
  const condition = String(value ?? "success()")
    .replace(/^\$\{\{(.*)\}\}$/, "$1")
    .trim();
  if (condition === "false") return { when: "never", condition: "" };
  const always = ["always()", "!cancelled()", "success() || failure()"];
  if (always.includes(condition)) return { when: "always", condition: "" };
  if (condition === "true" || condition === "success()") return { when: "needs succeed", condition: "" };
  if (/\b(always|success|failure|cancelled)\(/.test(condition))
    throw new Error(`${where}: the simulator does not play this condition: ${condition}`);
  checkTemplate(`\${{ ${condition} }}`, [...runContexts, "needs"], where);
  return { when: "needs succeed", condition };
}

function readMatrix(strategy: unknown, where: string): unknown {
  if (strategy === undefined) return undefined;
  const fields = fieldsOf(strategy, where);
  only(fields, ["matrix"], ["fail-fast", "max-parallel"], where);
  return fields.matrix;
}

function readEnv(value: unknown, contexts: readonly string[], where: string): Record<string, string> {
  const pairs = Object.entries(fieldsOf(value ?? {}, where)).map(([key, text]) => [key, String(text)] as const);
  // A secret in an env block is common and never reaches a name: only what can be evaluated is kept.
  const kept = pairs.filter(([, text]) => !/\b(secrets|steps|runner|job)\b/.test(text));
  for (const [key, text] of kept) checkTemplate(text, contexts, `${where}.${key}`);
  return Object.fromEntries(kept);
}

function only(fields: Fields, played: readonly string[], harmless: readonly string[], where: string): void {
  for (const key of Object.keys(fields)) {
    if (!played.includes(key) && !harmless.includes(key)) {
      throw new Error(`${where}: the simulator does not play "${key}"`);
    }
  }
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${where}: not a map`);
  return value as Fields;
}

function optionalText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw new Error(`${where}: not a text`);
  return String(value);
}

function listOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
