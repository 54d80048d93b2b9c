import { type Contexts, evaluate, expressionsIn, fillTemplate } from "./expression.ts";
import { printJson, toValue } from "./values.ts";
import type { WorkflowJob } from "./workflow.ts";

/** One job of a matrix. */
export interface Combination {
  /** What the context `matrix` has. */
  values: Record<string, unknown>;
  /** What the job's name shows: all but what `include` has added. */
  shown: unknown[];
}

type Mapping = Record<string, unknown>;

/** As MatrixBuilder of actions/runner 2.336.0 does it. */
export function combine(matrix: unknown, contexts: Contexts): Combination[] {
  if (matrix === undefined) return [{ values: {}, shown: [] }];
  const { include = [], exclude = [], ...vectors } = fill(matrix, contexts) as Mapping;
  const names = Object.keys(vectors);
  let products: Mapping[] = names.length === 0 ? [] : [{}];
  for (const [name, values] of Object.entries(vectors))
    products = products.flatMap((known) => (values as unknown[]).map((value) => ({ ...known, [name]: value })));
  const kept = products.filter((product) => !(exclude as Mapping[]).some((each) => fits(each, product)));
  const combinations = kept.map((values) => ({ values: { ...values }, shown: Object.values(values), of: values }));
  const alone: Combination[] = [];
  for (const item of include as Mapping[]) {
    const keys = Object.keys(item).filter((key) => names.includes(key));
    const targets = combinations.filter(({ of }) => keys.every((key) => fits(item[key], of[key])));
    for (const { values } of targets) Object.assign(values, item);
    if (targets.length === 0) alone.push({ values: item, shown: Object.values(item) });
  }
  return [...combinations, ...alone];
}

/** Without a name, or with one that has no expression, the values follow. */
export function nameJob(
  { id, name = id, matrix }: WorkflowJob,
  { values, shown }: Combination,
  contexts: Contexts,
  isSkipped: boolean,
): string {
  const isSource = isSkipped && matrix !== undefined;
  const segments = name.includes("${{") ? [] : shown.flatMap(leaves);
  const base = isSource ? name : fillTemplate(name, { ...contexts, matrix: values });
  const full = base + (segments.length > 0 ? ` (${segments.join(", ")})` : "");
  return cut(full);
}

/** To GitHub's longest name of a job. */
export function cut(name: string): string {
  return name.length > 100 ? `${name.slice(0, 97)}...` : name;
}

function leaves(value: unknown): string[] {
  if (value === null || value === "") return [];
  if (typeof value === "object") return Object.values(value as Mapping).flatMap(leaves);
  return [toValue(value).coerceString()];
}

function fits(pattern: unknown, value: unknown): boolean {
  if (typeof pattern !== "object" || pattern === null) return pattern === value;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(pattern).every(([key, each]) => fits(each, (value as Mapping)[key]));
}

function fill(value: unknown, contexts: Contexts): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(each, contexts));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, contexts)]));
  if (typeof value !== "string") return value;
  const [expression, ...more] = expressionsIn(value);
  if (expression !== undefined && more.length === 0 && value.trim() === `\${{${expression}}}`)
    return JSON.parse(printJson(evaluate(expression, contexts)));
  return fillTemplate(value, contexts);
}
