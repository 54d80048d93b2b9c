/** A failure of the step, in words for the person who reads it. Its message is all that is shown. */
export class StepError extends Error {
  override readonly name = "StepError";
}
