import type { Access, Permissions } from "../github/purposes.ts";
import { inCode } from "../text/wording.ts";
import type { Inputs } from "./inputs.ts";

/** The least that the inputs need (docs/permissions.md). `write` includes `read`. */
export function permissionsFor({
  source,
  waitFor,
  cancelRunOn,
  reruns,
  reuse,
}: Pick<Inputs, "source" | "waitFor" | "cancelRunOn" | "reruns" | "reuse">): Permissions {
  if (source.event === "workflow_dispatch") {
    const looksUpRefs = source.otherRefs !== undefined && reuse !== "never";
    return { ...(looksUpRefs && { contents: "read" as const }), actions: "write" };
  }
  const cancelsLater = cancelRunOn.has("timeout") || cancelRunOn.has("failure");
  const cancels = cancelRunOn.has("cancel") || (cancelsLater && waitFor === "completed");
  const changesRuns = cancels || reruns > 0;
  if (source.event === undefined) return { actions: changesRuns ? "write" : "read" };
  if (changesRuns) return { contents: "write", actions: "write" };
  const reads = waitFor !== "nothing" || reuse !== "never" || source.workflow?.kind === "name";
  return reads ? { contents: "write", actions: "read" } : { contents: "write" };
}

/** Optional permissions, for better messages. Requested only if the App's installation has been granted them. */
export function optionalPermissionsFor({ waitFor, isDryRun }: Pick<Inputs, "waitFor" | "isDryRun">): Permissions {
  if (isDryRun) return { contents: "read", actions: "read" };
  return waitFor === "completed" ? { checks: "read" } : {};
}

/** e.g. "`contents: write` and `actions: read`" */
export function describePermissions(permissions: Permissions | { metadata?: Access }): string {
  return inCode(
    Object.entries(permissions).map(([name, access]) => `${name}: ${access}`),
    " and ",
  );
}

/** As on the page where fine-grained tokens are made, e.g. `Actions: Read-only`; between quotes, where there are several. */
export function labelPermissions(permissions: Permissions | { metadata?: Access }): string {
  return Object.entries(permissions)
    .map(([name, access]) => {
      const label = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return `${label}: ${access === "write" ? "Read and write" : "Read-only"}`;
    })
    .join('" and "');
}
