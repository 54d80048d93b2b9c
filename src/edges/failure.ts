/** A failure of the step, in words for the person who reads it. Its message is all that is shown. */
export class Failure extends Error {
  override readonly name = "Failure";
}
