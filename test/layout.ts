/**
 * The folders of src/, storey by storey. A folder imports only from those after it; main.ts, run.ts and post.ts, which lie
 * above all, import from any. test/rules/layout.test.ts reads this list.
 */
export const FOLDERS: readonly (readonly [name: string, reason: string])[] = [
  ["targets", "many stories at once: it uses the parts as one story does"],
  ["report", "tells the caller how a run ended that nobody waits for"],
  // The parts of the story.
  ["dispatch", "starts the run, or takes an equal one, so it needs the search"],
  ["dry-run", "looks at everything and changes nothing: no part depends on it"],
  ["summary", "tells how the step ended, whichever part ended it"],
  ["outputs", "hands on what a run has left once it has ended"],
  ["wait", "follows a run to its end; at a deadline it cancels it"],
  ["cancel", "cancels a run, which may have to be found first"],
  ["find", "finds the run that a dispatch has started"],
  // What the parts share.
  ["errors", "from an error to advice: it quotes what the workflow file has to change"],
  ["workflow-file", "reads the receiving workflow and compares it with what is sent"],
  ["state", "what is known so far, for the outputs and for the `post` step"],
  ["inputs", "what the step was asked to do"],
  // The edges.
  ["github", "everything that speaks HTTP, and when to speak again"],
  ["runner", "everything that touches the process: its variables, files, signals and clock"],
  ["text", "words and what is removed from foreign ones; it knows nothing else"],
];
