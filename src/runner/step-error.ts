/** Fails the step. Users see only its message. */
export class StepError extends Error {
  override readonly name = "StepError";
}

/** `timeout_seconds`, `start_timeout_seconds` or `find_timeout_seconds` has passed. */
export class TimedOut extends StepError {}
