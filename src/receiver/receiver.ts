/** The receiving workflow: what its file says, as far as it matters to one who dispatches. */

/** A workflow file, as far as it matters to one who dispatches. */
export interface Receiver {
  /** e.g. `.github/workflows/deploy.yml` */
  path: string;
  name: string | undefined;
  runName: string;
  /** The types of repository_dispatch that it listens for, empty for all; undefined: it does not listen. */
  dispatchTypes: readonly string[] | undefined;
  /** The inputs of its workflow_dispatch; undefined: it has no such trigger. `options` are what a `choice` or a `boolean` allows. */
  inputs: { readonly [name: string]: { isRequired: boolean; options: readonly string[] | undefined } } | undefined;
  jobNames: readonly string[];
  stepNames: readonly string[];
  /** Variables that steps' names may use, of whatever level. */
  env: readonly (readonly [name: string, value: string])[];
  scripts: readonly (readonly [job: string, script: string])[];
  /** It calls reusable workflows, whose files tell more. */
  callsOthers: boolean;
}

/** Reads a workflow file that YAML has parsed. What is not as it should be counts as not there: GitHub will say more. */
export function readReceiver(path: string, file: unknown): Receiver {
  const root = fields(file);
  // YAML 1.1 takes the key `on` for `true`.
  const triggers = readTriggers(root.on ?? root.true);
  const jobs = Object.entries(fields(root.jobs)).map(([id, job]) => ({ ...fields(job), id }) as Fields);
  const steps = jobs.flatMap((job) => list(job.steps).map((step) => ({ ...fields(step), job: job.id }) as Fields));
  const dispatch = triggers.repository_dispatch;
  const inputs = Object.entries(fields(fields(triggers.workflow_dispatch).inputs));
  return {
    path,
    name: text(root.name),
    runName: text(root["run-name"]) ?? "",
    dispatchTypes: dispatch === undefined ? undefined : list(fields(dispatch).types).map(scalar),
    inputs:
      "workflow_dispatch" in triggers
        ? Object.fromEntries(inputs.map(([name, input]) => [name, readInput(fields(input))]))
        : undefined,
    jobNames: jobs.flatMap(({ name }) => text(name) ?? []),
    stepNames: steps.flatMap(({ name }) => text(name) ?? []),
    env: [root, ...jobs, ...steps].flatMap(({ env }) =>
      Object.entries(fields(env)).map(([name, value]) => [name, scalar(value)] as const),
    ),
    scripts: steps.flatMap(({ job, run }) => (typeof run === "string" ? [[String(job), run] as const] : [])),
    callsOthers: jobs.some(({ uses }) => uses !== undefined),
  };
}

/** Says whether a repository_dispatch of this type starts it. */
export function listensFor({ dispatchTypes }: Receiver, eventType: string): boolean {
  return dispatchTypes !== undefined && (dispatchTypes.length === 0 || dispatchTypes.includes(eventType));
}

function readInput({ required, default: byDefault, type, options }: Fields) {
  return {
    isRequired: required === true && byDefault === undefined,
    options: type === "choice" ? list(options).map(scalar) : type === "boolean" ? ["true", "false"] : undefined,
  };
}

function readTriggers(on: unknown): Fields {
  if (typeof on === "string") return { [on]: null };
  if (Array.isArray(on)) return Object.fromEntries(on.map((event) => [scalar(event), null]));
  return fields(on);
}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "object" || value === undefined ? [] : [value];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A single value as text. A list or an object may not even have a text. */
function scalar(value: unknown): string {
  return typeof value === "object" ? "" : String(value);
}
