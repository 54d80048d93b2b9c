import type { context as Context } from "@actions/github";
import { findProxy } from "./proxy.ts";
import { StepError } from "./step-error.ts";

/** `apiUrl`: the caller's server. @throws StepError */
export async function readContext(apiUrl: string): Promise<typeof Context> {
  // As it loads, `@actions/github` 9 makes an agent for the caller's server (docs/platform.md#proxies) and parses the event: it
  // throws for a bad proxy variable, or a file that is not JSON. The parser's own message would quote the event.
  findProxy(apiUrl);
  try {
    // Destructured at once, so that the bundler leaves out the package's other 400 KB.
    const { context } = await import(/* webpackMode: "eager" */ "@actions/github");
    if (typeof context.payload === "object" && context.payload !== null) return context;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StepError(
    "The event that started this run cannot be read, so nothing was sent: the file named by `GITHUB_EVENT_PATH` is not a JSON object.\n" +
      "The runner caused this, or an earlier step that wrote to the file or set the variable.",
  );
}

/** A caller of which the event does not tell counts as public, since its log must disclose nothing. */
export function countsAsPublic({ repository }: Pick<typeof Context.payload, "repository">): boolean {
  return repository?.private !== true;
}
