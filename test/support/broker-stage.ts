/** The stage with an OIDC broker: a job with `id-token: write`, and a policy in the target that lets it in. */

import { Broker, type BrokerOptions, ID_TOKEN_REQUEST } from "../simulator/broker.ts";
import type { GitHub, VirtualClock } from "../simulator/index.ts";
import { afterEachTest } from "./after.ts";
import { APP_ID, CLIENT_ID, PUBLIC_KEY } from "./app-stage.ts";
import { type Stage, type StageOptions, setStage, TARGET } from "./stage.ts";
import { GITHUB_TOKEN } from "./step.ts";

export const HOST = "octo-sts.test";
export const SUBJECT = "repo:octo/the-app:ref:refs/heads/main";
export const GIVEN = { token: GITHUB_TOKEN, oidc_broker: HOST, oidc_identity: "deployer" };
export const WITH_ID_TOKEN = { idToken: ID_TOKEN_REQUEST };

const open: Broker[] = [];

/** The broker's App is installed on each of `accounts`. */
export function addBroker(
  github: GitHub,
  clock: VirtualClock,
  options: Partial<BrokerOptions> = {},
  accounts = ["octo"],
): Broker {
  const permissions = { contents: "write", actions: "write" } as const;
  const installations = accounts.map((account, at) => ({
    ...{ id: 4711 + at, account, repositories: "all" as const, permissions: { ...permissions } },
  }));
  github.addApp({ appId: APP_ID, clientId: CLIENT_ID, publicKey: PUBLIC_KEY, installations });
  const policies = { [`${TARGET}/deployer`]: { subject: SUBJECT, permissions } };
  const broker = new Broker(HOST, github, clock, { policies, installations, ...options });
  open.push(broker);
  return broker;
}

/** A step has nothing but the broker's name and the identity. */
export async function setBrokerStage(
  workflows: Record<string, string>,
  { broker: given, ...options }: StageOptions & { broker?: Partial<BrokerOptions> } = {},
): Promise<Stage & { broker: Broker }> {
  const stage = await setStage(workflows, options);
  return {
    ...stage,
    broker: addBroker(stage.github, stage.clock, given),
    play: (inputs, play) => stage.play({ ...GIVEN, ...inputs }, { ...WITH_ID_TOKEN, ...play }),
    playPost: (inputs, trace) => stage.playPost({ ...GIVEN, ...inputs }, trace, WITH_ID_TOKEN),
  };
}

afterEachTest(() => {
  for (const broker of open.splice(0)) broker.close();
});
