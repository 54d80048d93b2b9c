/** Fails the step. Users see only its message. */
export class StepError extends Error {
  override readonly name = "StepError";
}
