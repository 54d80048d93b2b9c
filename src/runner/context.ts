/** The edge to the runner: what the caller's run is, by its variables and the file of its event. */

import type { context as Context } from "@actions/github";
import { findProxy } from "./proxy.ts";
import { StepError } from "./step-error.ts";

/**
 * The context of `@actions/github` 9. As soon as that is loaded, it makes an agent for the caller's server
 * (docs/platform.md#proxies) and parses the event: it throws where the proxy variable is bad, or the file is not JSON.
 * @param apiUrl of the caller's server
 * @throws StepError in words for the reader: the parser's own would quote the event
 */
export async function readContext(apiUrl: string): Promise<typeof Context> {
  findProxy(apiUrl);
  try {
    // Taken apart at once, it tells the bundler that nothing else is used of the package: its other 400 KB stay out.
    const { context } = await import(/* webpackMode: "eager" */ "@actions/github");
    if (typeof context.payload === "object" && context.payload !== null) return context;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StepError(
    "The event that started this run cannot be read, so nothing was sent: the file named by `GITHUB_EVENT_PATH` holds no JSON object.\n" +
      "That is a fault of the runner, or of a step before this one that has written to the file or set the variable.",
  );
}
