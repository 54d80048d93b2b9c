import type { components } from "@octokit/openapi-types";
import type { Answer, Call } from "./routes.ts";

/** A body of GitHub's schema. */
export function json<Body>(body: Body, headers: Record<string, string> = {}): Answer {
  return { status: 200, body, headers };
}

/** A rejection in GitHub's form. */
export function reject(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const body: components["schemas"]["basic-error"] = {
    message,
    documentation_url: "https://docs.github.com/rest",
    status: String(status),
  };
  return { status, body, headers };
}

/** The page that was asked for, 30 entries by default and 100 at most as a rule, and its `Link` header. */
export function pageOf<Entry>(call: Call, entries: readonly Entry[]): { page: Entry[]; link: Record<string, string> } {
  const perPage = Math.min(positive(call.query.per_page) ?? 30, call.maxPerPage);
  const number = positive(call.query.page) ?? 1;
  const last = Math.max(Math.ceil(entries.length / perPage), 1);
  const target = (page: number, rel: string) => {
    const query = new URLSearchParams({ ...call.query, page: String(page) });
    return `<${call.bases.api}${call.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [target(number - 1, "prev"), target(1, "first")] : []),
    ...(number < last ? [target(number + 1, "next"), target(last, "last")] : []),
  ];
  const page = entries.slice((number - 1) * perPage, number * perPage);
  return { page, link: links.length > 0 ? { link: links.join(", ") } : {} };
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text ?? "");
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
