import { STATUS_FUNCTIONS } from "./availability.ts";
import { type LookUp, valuesOf } from "./expression.ts";
import type { ReceiverJob } from "./receiver.ts";
import { conditionAsTemplate, namesIn, wholeExpressionIn } from "./template.ts";

/** Jobs in a row that wait for each other. More would take too long. */
const MAX_NEEDS = 100;

/** Those that certainly do not run for this event: by their `if`, or since they need one that does not. */
export function skippedJobs(jobs: readonly ReceiverJob[], lookUp: LookUp): ReadonlySet<ReceiverJob> {
  return withDependent(
    jobs.filter(({ condition }) => isFalse(condition, lookUp)),
    jobs,
  );
}

/** Those of which nobody knows whether they run, although all that run succeed. */
export function uncertainJobs(jobs: readonly ReceiverJob[], lookUp: LookUp): ReadonlySet<ReceiverJob> {
  return withDependent(
    jobs.filter(({ condition }) => condition !== "" && !isTrueOnSuccess(condition, lookUp)),
    jobs,
  );
}

function withDependent(first: readonly ReceiverJob[], jobs: readonly ReceiverJob[]): ReadonlySet<ReceiverJob> {
  const found = new Set(first);
  const ids = new Set(first.map(({ id }) => id.toLowerCase()));
  const dependent = jobs.filter(({ needs, condition }) => needs.length > 0 && !asksForStatus(condition));
  for (let pass = 0, before = -1; pass < MAX_NEEDS && before !== found.size; pass++) {
    before = found.size;
    for (const job of dependent)
      if (job.needs.some((need) => ids.has(need.toLowerCase()))) {
        found.add(job);
        ids.add(job.id.toLowerCase());
      }
  }
  return found;
}

function isFalse(condition: string, lookUp: LookUp): boolean {
  const expression = wholeExpressionIn(conditionAsTemplate(condition));
  return expression !== undefined && valuesOf(expression, lookUp).every(({ isTrue }) => isTrue === false);
}

function isTrueOnSuccess(condition: string, lookUp: LookUp): boolean {
  const expression = wholeExpressionIn(conditionAsTemplate(condition));
  if (expression === undefined) return false;
  return valuesOf(onSuccess(expression), lookUp).every(({ isTrue }) => isTrue === true);
}

/** With what the status functions give where nothing has failed. */
function onSuccess(expression: string): string {
  return expression.replace(/'[^']*'|\b(always|success|cancelled|failure)\s*\(\s*\)/gi, (found, name?: string) =>
    name === undefined ? found : String(/^(always|success)$/i.test(name)),
  );
}

/** Without one of these functions, a job runs only if what it needs has succeeded. */
function asksForStatus(condition: string): boolean {
  const { functions } = namesIn(conditionAsTemplate(condition));
  return STATUS_FUNCTIONS.some((name) => functions.has(name));
}
