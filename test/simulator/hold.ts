import { Description, routeName } from "./description.ts";
import { detailsVersion } from "./dispatch-routes.ts";
import type { JournalEntry } from "./journal.ts";
import { type Answer, type Route, routes } from "./routes.ts";
import type { ServerState } from "./server.ts";
import { servers } from "./servers-table.ts";

/**
 * Records what the published description of this server does not know, in the request or in the answer, whose body has
 * this digest. The answer is held against it before anything spoils it: a fault of a test's making is exempt, nothing else is.
 *
 * An answer that was found right is not looked at again while it comes again as it was, which is nine times in ten of
 * those who wait: that makes it cheap enough for every test.
 */
export function holdAgainstDescription(
  state: ServerState,
  entry: JournalEntry,
  route: Route,
  answer: Answer,
  digest: string,
): void {
  if (route.isElsewhere || answer.status === 501) return;
  // Who does not know a server asks, and is told by its 404: the description has nothing to say of a route it lacks.
  if (route.isMissing?.(state.server ?? "api.github.com")) return;
  const { description, right } = descriptionFor(state, entry.headers["x-github-api-version"]);
  const name = routeName(route);
  const where = `Simulator: ${entry.method} ${entry.path}`;
  for (const what of description.wrongInRequest(name, entry.query, entry.body)) {
    state.violations.push(`${where}: ${what}`);
  }
  const key = `${name} ${answer.status} ${digest}`;
  if (right.has(key)) return;
  const wrong = description.wrongInAnswer(name, answer.status, answer.body);
  for (const what of wrong) state.violations.push(`${where} → ${answer.status}: ${what}`);
  if (right.size >= 300) right.clear();
  if (wrong.length === 0) right.add(key);
}

/** Reads now what would else be read while a first answer is on its way: on real time, that counts. */
export function readDescriptions(state: ServerState): void {
  for (const version of [undefined, detailsVersion]) descriptionFor(state, version).description.read();
}

interface Known {
  description: Description;
  /** Answers that were found right of late. */
  right: Set<string>;
}

const descriptions = new Map<string, Known>();

/** Of the server that is played, in the version that was asked for: read once in a process. */
function descriptionFor({ server = "api.github.com", runDetails }: ServerState, version: string | undefined): Known {
  // Where a test takes run details away from a server of today, it plays the last one that had none.
  const isOld = runDetails !== "known";
  const name = isOld && servers[server].knowsRunDetails ? "ghes-3.19" : server;
  const told = version === detailsVersion && !isOld ? detailsVersion : "2022-11-28";
  const known = descriptions.get(`${name} ${told}`);
  if (known) return known;
  const description = new Description(servers[name].description, told, describedRoutes);
  const fresh = { description, right: new Set<string>() };
  descriptions.set(`${name} ${told}`, fresh);
  return fresh;
}

const describedRoutes = routes.filter(({ isElsewhere }) => !isElsewhere).map(routeName);
