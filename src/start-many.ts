/** The door for `targets`, beside main.ts: reads them, opens their connections, and runs them. */

import type { GitHub } from "./github/api.ts";
import type { Target } from "./github/connection.ts";
import type { Member, Pool } from "./github/pool.ts";
import { rememberOrigins } from "./github/remember-origins.ts";
import type { GivenCredentials } from "./inputs/credentials.ts";
import type * as Mappings from "./inputs/mapping.ts";
import { optionalPermissionsFor, permissionsFor } from "./inputs/permissions.ts";
import { withReuseKey } from "./inputs/reuse-key.ts";
import type { Caller } from "./inputs/target.ts";
import { runMany } from "./run-many.ts";
import type { ManyDependencies } from "./targets/dependencies.ts";
import { readTargets, type Targets } from "./targets/read-targets.ts";

export interface StepOfMany extends Omit<ManyDependencies, "openGitHub" | "callersGitHub"> {
  read: (name: string) => string;
  /** Of all inputs that were given, even unknown ones. */
  names: readonly string[];
  caller: Caller;
  mappings: typeof Mappings;
  /** Ends the generated id of the next entry. */
  nextIdHex(): string;
  openPool(members: readonly Member[]): Promise<Pool>;
  open(target: Target, credentials: GivenCredentials): Promise<GitHub>;
}

/** @throws StepError: an InputError with every problem of every entry, before anything is sent */
export async function startMany(step: StepOfMany): Promise<void> {
  const { read, names, caller, mappings, nextIdHex, openPool, open, ...dependencies } = step;
  const targets = await withReuseKeys(readTargets(read, caller, nextIdHex, mappings, names));
  const { commitStatus, leavesStatuses } = targets;
  const pool = await openPool(
    targets.entries.map(({ inputs }) => {
      const { target, credentials } = inputs;
      return { target, credentials, needs: permissionsFor(inputs), wishes: optionalPermissionsFor(inputs) };
    }),
  );
  const openCallers = async (target: Target, credentials: { token: string }) => {
    // A status for each entry counts towards the limits of the token: of one, the share that is left to others has room.
    const shared = leavesStatuses ? pool.beside({ target, credentials }) : undefined;
    // Else the caller's server and token may differ from the targets', so neither connection is given the other's.
    return shared ?? open(target, credentials);
  };
  const { openCallersGitHub } = dependencies;
  let forOrigins: Promise<GitHub> | undefined;
  await runMany(targets, {
    ...dependencies,
    ...(openCallersGitHub && {
      openCallersGitHub: () => (forOrigins ??= openCallersGitHub().then(rememberOrigins)),
    }),
    openGitHub: pool.open,
    callersGitHub: commitStatus && (await openCallers(commitStatus.target, { token: commitStatus.token })),
  });
}

async function withReuseKeys(targets: Targets): Promise<Targets> {
  const entries = targets.entries.map(async (entry) => ({ ...entry, inputs: await withReuseKey(entry.inputs) }));
  return { ...targets, entries: await Promise.all(entries) };
}
