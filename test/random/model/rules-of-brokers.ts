/** What is asked of a broker, with what, and when no more: property 15; and property 9 for its tokens. */

import { textOf } from "../../support/step.ts";
import { toldMs } from "./broker.ts";
import { ofStep } from "./outcome.ts";
import type { Performance } from "./performance.ts";
import { TOKEN } from "./target.ts";

/** A token is renewed when a tenth of its hour is left. */
const RENEWED_AFTER_MS = 54 * 60_000;
/** Of a refusal that octo-sts may give for a while as well: by the list before the dispatch, and by the dispatch. */
const MOST_TRIES = 2 * 3;

type Asked = NonNullable<Performance["broker"]>["server"]["asked"][number];

/** Property 15. */
export function wrongExchanges(performance: Performance): string[] {
  const { broker } = performance;
  if (!broker || performance.broke !== undefined) return [];
  const { asked } = broker.server;
  const [ofTheStep, ofPost] = [asked.slice(0, broker.askedByStep), asked.slice(broker.askedByStep)];
  return [
    ...wrongTokens(performance),
    ...wrongIdTokens(performance),
    ...askedUnderLimit(ofTheStep, performance),
    ...askedUnderLimit(ofPost, performance),
    ...exchangesInVain(ofTheStep, performance),
    ...goesOnWithoutToken(ofTheStep, performance),
  ];
}

/** Every request to the target has a token of the broker's. */
function wrongTokens({ github, broker }: Performance): string[] {
  const own = new Set(broker?.server.tokens);
  return github.requests
    .filter(({ token, path }) => !own.has(token ?? "") && !/^\/(job-logs|repos\/octo\/the-app)(\/|$)/.test(path))
    .map(({ method, path, token }) => `(15) ${method} ${path} with ${token === TOKEN ? "`token`" : "another token"}`);
}

/** Each exchange has an OIDC token of its own, and neither kind of token is told, or shown before it is masked. */
function wrongIdTokens({ broker, step, post }: Performance): string[] {
  const { server } = broker as NonNullable<typeof broker>;
  const sent = server.exchanges().map(({ authorization = "" }) => authorization.replace("Bearer ", ""));
  const problems: string[] = [];
  if (new Set(sent).size < sent.length) problems.push("(15) an OIDC token was sent twice");
  if (sent.some((each) => !server.idTokens.includes(each))) problems.push("(15) what was sent is no OIDC token");
  const told = textOf(step, post);
  const masked = new Set([...step.masked, ...(post?.masked ?? [])]);
  for (const secret of [...sent, ...server.tokens]) {
    if (told.includes(secret)) problems.push("(9) a broker's token is told");
    // A request that the deadline or the signal ends never shows what it would have brought.
    if (!masked.has(secret) && sent.includes(secret)) problems.push("(9) an OIDC token is not masked");
  }
  return problems;
}

/** Nothing is asked between a limit's refusal and its told end, by either door. */
function askedUnderLimit(asked: readonly Asked[], { schedule }: Performance): string[] {
  let untilMs = 0;
  return asked.flatMap((each) => {
    const problems =
      each.atMs < untilMs ? [`(15) ${each.door} was asked ${untilMs - each.atMs} ms before a limit's end`] : [];
    if (each.status === 429) {
      const told = schedule.broker?.troubles.find(({ what, door }) => what === each.what && door === each.door);
      untilMs = Math.max(untilMs, each.atMs + ((told && toldMs(told.what)) ?? 0));
    }
    return problems;
  });
}

/** A token that lives is not exchanged for another. */
function exchangesInVain(asked: readonly Asked[], performance: Performance): string[] {
  const given = asked.filter(({ token }) => token !== undefined);
  return given.slice(1).flatMap((next, index) => {
    const before = given[index] as Asked;
    const meanwhile = performance.github.requests.slice(before.requestsBefore, next.requestsBefore);
    const isDead = meanwhile.some(({ status }) => status === 401);
    const isOld = next.atMs - before.atMs >= RENEWED_AFTER_MS;
    // Its answer came too late, or not at all.
    const isLost = meanwhile.every(({ token }) => token !== before.token);
    return isDead || isOld || isLost ? [] : ["(15) exchanged anew, although the token lived"];
  });
}

/** Where the policy gives no token, nothing is sent, nothing is tried for long, and the error says what to write. */
function goesOnWithoutToken(asked: readonly Asked[], performance: Performance): string[] {
  const { schedule, step } = performance;
  const { policy = "fits" } = schedule.broker ?? {};
  if (policy === "fits") return [];
  const refused = asked.filter(({ door, status, what }) => door === "exchange" && what === undefined && status);
  const problems: string[] = [];
  if (ofStep(performance).length > 0) problems.push("(15) sent something without a token");
  if (refused.length > (policy === "missing" ? MOST_TRIES : 1)) problems.push(`(15) refused ${refused.length} times`);
  const isTold = /gave no token for \S+ as `deployer`/.test(step.failure ?? "");
  if (refused.length > 0 && policy !== "missing" && !isTold && performance.signalAtMs === undefined)
    problems.push(`(15) refused, and told: ${step.failure?.split("\n")[0]}`);
  if (isTold && !step.failure?.includes("\nsubject: ")) problems.push("(15) the error lacks the lines to write");
  return problems;
}
