import { type Fields, fields, list } from "./fields.ts";

/** Each of the parallel ones as well (docs/platform.md#parallel-steps). */
export function stepsOf(job: Fields): Fields[] {
  return list(job.steps).flatMap((step) => withParallel(fields(step)));
}

function withParallel(step: Fields): Fields[] {
  if (!Array.isArray(step.parallel)) return [step];
  return step.parallel.flatMap((each) => withParallel({ ...fields(each), parallel: null }));
}
