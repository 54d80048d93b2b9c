/** A broker that gives the tokens of a schedule: how it is made at random, and what goes wrong with it. */

import fc from "fast-check";
import { Broker, type BrokerFault, type Policy } from "../../simulator/broker.ts";
import type { GitHub, VirtualClock } from "../../simulator/index.ts";
import { APP_ID, CLIENT_ID, PUBLIC_KEY } from "../../support/app-stage.ts";
import { TO_FIRST, times } from "../choices.ts";
import type { BrokerCourse, BrokerFailure, BrokerTrouble, Schedule, Server } from "./schedule.ts";
import { schedules } from "./schedules.ts";
import { FIRST_NAME } from "./target.ts";

const HOST = "octo-sts.test";
const SUBJECT = "repo:octo/the-app:ref:refs/heads/main";

/** Beside `token`, which is then not used. */
export const GIVEN_BROKER = { oidc_broker: HOST, oidc_identity: "deployer" };

/** Makes the broker known, with what its tokens may do. */
export function admitBroker(
  github: GitHub,
  clock: VirtualClock,
  { access }: Server,
  { policy, lifeS, troubles }: BrokerCourse,
): Broker {
  const permissions = {
    ...(access === "no contents" ? {} : { contents: "write" as const }),
    ...(access === "no actions"
      ? {}
      : { actions: access === "reads actions" ? ("read" as const) : ("write" as const) }),
  };
  const granted = policy === "gives too much" ? {} : { contents: "write" as const, actions: "write" as const };
  const account = policy === "without the App" ? "somebody" : "octo";
  const installations = [{ id: 4711, account, repositories: "all" as const, permissions: granted }];
  github.addApp({ appId: APP_ID, clientId: CLIENT_ID, publicKey: PUBLIC_KEY, installations });
  const subject = policy === "of another subject" ? "repo:octo/other:ref:refs/heads/main" : SUBJECT;
  const wanted = policy === "gives too much" ? { ...permissions, checks: "write" as const } : permissions;
  const policies: Record<string, Policy> =
    policy === "missing"
      ? {}
      : { [`${FIRST_NAME}/deployer`]: policy === "broken" ? "broken" : { subject, permissions: wanted } };
  const broker = new Broker(HOST, github, clock, { subject: SUBJECT, policies, installations, lifeMs: lifeS * 1000 });
  broker.fault = (door, nth) => {
    const trouble = troubles.find((each) => each.door === door && nth >= each.nth && nth < each.nth + each.times);
    const fault = trouble && brokerFaultOf(trouble.what);
    return typeof fault === "object" ? { ...fault, what: trouble?.what } : fault;
  };
  return broker;
}

/** How long a refusal tells to wait; who is not told waits a minute. */
export function toldMs(what: BrokerFailure): number | undefined {
  if (what === "429, untold") return 60_000;
  const seconds = /^429, retry after (\d+) s$/.exec(what)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function brokerFaultOf(what: BrokerFailure): BrokerFault | "hang" | "reset" {
  if (what === "hang" || what === "reset") return what;
  if (what === "garbage") return { status: 200, message: "no token" };
  if (what === "a proxy's page") return { status: 200, page: "<html>Sign in</html>" };
  if (what === "redirect elsewhere") return { status: 307, headers: { location: "https://elsewhere.test/" } };
  if (what === "404, unable to find") return { status: 404, message: 'unable to find trust policy for "deployer"' };
  const status = Number.parseInt(what, 10);
  const seconds = (toldMs(what) ?? 0) / 1000;
  const tells = status === 429 && what !== "429, untold";
  return { status, message: "trouble", ...(tells && { headers: { "retry-after": String(seconds) } }) };
}

const PASSING = [
  "500",
  "503",
  "408",
  "hang",
  "reset",
  "garbage",
  "a proxy's page",
  "404, unable to find",
  "429, retry after 7 s",
  "429, retry after 40 s",
  "429, retry after 900 s",
  "429, untold",
] as const;
const FINAL = ["403", "401", "404, another", "redirect elsewhere"] as const;

const trouble: fc.Arbitrary<BrokerTrouble> = fc.record({
  door: fc.oneof(
    TO_FIRST,
    { weight: 3, arbitrary: fc.constant("exchange" as const) },
    { weight: 1, arbitrary: fc.constant("idtoken" as const) },
  ),
  nth: fc.oneof(TO_FIRST, fc.constant(1), fc.integer({ min: 1, max: 6 })),
  times,
  what: fc.oneof(
    TO_FIRST,
    { weight: 8, arbitrary: fc.constantFrom(...PASSING) },
    { weight: 1, arbitrary: fc.constantFrom(...FINAL) },
  ),
});

const HOUR_S = 3600;

const course: fc.Arbitrary<BrokerCourse> = fc.record({
  policy: fc.oneof(
    TO_FIRST,
    { weight: 12, arbitrary: fc.constant("fits" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<BrokerCourse["policy"]>(
        "missing",
        "broken",
        "of another subject",
        "gives too much",
        "without the App",
      ),
    },
  ),
  lifeS: fc.oneof(
    TO_FIRST,
    { weight: 2, arbitrary: fc.constant(HOUR_S) },
    { weight: 1, arbitrary: fc.integer({ min: 30, max: 400 }) },
  ),
  troubles: fc.oneof(
    TO_FIRST,
    { weight: 2, arbitrary: fc.constant<BrokerTrouble[]>([]) },
    { weight: 3, arbitrary: fc.array(trouble, { minLength: 1, maxLength: 4 }) },
  ),
});

/** What only a plain token does. */
const PLAIN = /^(ends|no repository|unknown token)$/;

function withBroker([any, broker]: [Schedule, BrokerCourse]): Schedule {
  const { server } = any;
  return { ...any, server: { ...server, access: PLAIN.test(server.access) ? "all" : server.access }, broker };
}

/** A wait that outlasts the token's hour, once or twice. */
function outlasting([any, broker, queuedMin]: [Schedule, BrokerCourse, number]): Schedule {
  const { asked, course: ofRun } = any;
  return withBroker([
    {
      ...any,
      asked: { ...asked, waitFor: "completed", timeoutS: 9000, pollS: 60, startTimeoutS: 0 },
      course: { ...ofRun, sign: "run-name", statuses: [], queuedMs: queuedMin * 60_000, zeroJobs: false },
    },
    { ...broker, policy: "fits", lifeS: HOUR_S },
  ]);
}

export const brokerSchedules: fc.Arbitrary<Schedule> = fc.oneof(
  TO_FIRST,
  { weight: 5, arbitrary: fc.tuple(schedules, course).map(withBroker) },
  {
    weight: 1,
    arbitrary: fc.tuple(schedules, course, fc.integer({ min: 50, max: 140 })).map(outlasting),
  },
);
