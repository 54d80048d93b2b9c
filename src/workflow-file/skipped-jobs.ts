import { STATUS_FUNCTIONS } from "./availability.ts";
import { type LookUp, valuesOf } from "./expression.ts";
import type { ReceiverJob } from "./receiver.ts";
import { conditionAsTemplate, namesIn, wholeExpressionIn } from "./template.ts";

/** Jobs in a row that wait for each other. More would take too long. */
const MAX_NEEDS = 100;

/** Those that certainly do not run for this event: by their `if`, or since they need one that does not. */
export function skippedJobs(jobs: readonly ReceiverJob[], lookUp: LookUp): ReadonlySet<ReceiverJob> {
  const skipped = new Set(jobs.filter(({ condition }) => isFalse(condition, lookUp)));
  const ids = new Set([...skipped].map(({ id }) => id.toLowerCase()));
  const dependent = jobs.filter(({ needs, condition }) => needs.length > 0 && !asksForStatus(condition));
  for (let pass = 0, before = -1; pass < MAX_NEEDS && before !== skipped.size; pass++) {
    before = skipped.size;
    for (const job of dependent)
      if (job.needs.some((need) => ids.has(need.toLowerCase()))) {
        skipped.add(job);
        ids.add(job.id.toLowerCase());
      }
  }
  return skipped;
}

function isFalse(condition: string, lookUp: LookUp): boolean {
  const expression = wholeExpressionIn(conditionAsTemplate(condition));
  return expression !== undefined && valuesOf(expression, lookUp).every(({ isTrue }) => isTrue === false);
}

/** Without one of these functions, a job runs only if what it needs has succeeded. */
function asksForStatus(condition: string): boolean {
  const { functions } = namesIn(conditionAsTemplate(condition));
  return STATUS_FUNCTIONS.some((name) => functions.has(name));
}
