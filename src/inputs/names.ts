/** Input names. The runner only warns of an unknown one, and passes it on. */

import { bare, nearest } from "../text/near.ts";
import { inCode } from "../text/wording.ts";

/** Each input with its default, as action.yml has them in this order; empty: none, or one that depends on the caller. */
export const DEFAULTS = {
  token: "",
  app_id: "",
  app_private_key: "",
  api_url: "",
  owner: "",
  repo: "",
  event_type: "",
  client_payload: "{}",
  workflow: "",
  workflow_inputs: "{}",
  ref: "",
  distinct_id: "",
  distinct_id_key: "distinct_id",
  reuse: "never",
  reuse_key: "",
  run_id: "",
  wait_for: "found",
  find_timeout_seconds: "300",
  timeout_seconds: "3600",
  start_timeout_seconds: "",
  poll_interval_seconds: "10",
  max_runs: "500",
  success_conclusions: "success",
  cancel_run_on: "",
  jobs: "",
  fail_fast: "false",
  outputs_from: "",
  failed_log_lines: "",
  rerun_failed: "0",
  rerun_grace_seconds: "0",
  status_context: "",
  status_token: "",
  status_sha: "",
  targets: "",
  tokens: "",
  max_parallel: "",
  allow_known_failures: "false",
  oidc_broker: "",
  oidc_identity: "",
  summary: "true",
  dry_run: "false",
} as const;

export type InputName = keyof typeof DEFAULTS;
export const INPUT_NAMES = Object.keys(DEFAULTS) as InputName[];

const COMPLETED = "for `true`, give `wait_for: completed`";
const SECONDS = "in whole seconds";
const ANY = "to leave the step green after a red run, give `any`";

/** What other actions call the same input (docs/migration.md), as `bare` spells it. A second text says how the value differs. */
const NAMES_ELSEWHERE: { readonly [bare: string]: InputName | readonly [InputName, string] } = {
  accesstoken: "token",
  "credentials.secretname": "token",
  ghtoken: "token",
  githubpat: "token",
  githubtoken: "token",
  pat: "token",
  personalaccesstoken: "token",
  repotoken: "token",
  clientid: "app_id",
  githubappid: "app_id",
  privatekey: "app_private_key",
  baseurl: "api_url",
  githubapiurl: "api_url",
  org: "owner",
  organization: "owner",
  repoowner: "owner",
  repositoryowner: "owner",
  repository: "repo",
  repositories: ["repo", "one target; for several, `targets`"],
  reponame: "repo",
  repositoryname: "repo",
  repourl: "repo",
  targetrepo: "repo",
  targetrepository: "repo",
  dispatchmethod: ["event_type", "given, it makes the dispatch a `repository_dispatch`; without it, give `workflow`"],
  event: "event_type",
  eventname: "event_type",
  payload: "client_payload",
  workflowfile: "workflow",
  workflowfilename: "workflow",
  workflowid: "workflow",
  workflowname: "workflow",
  input: "workflow_inputs",
  inputs: "workflow_inputs",
  workflowinput: "workflow_inputs",
  branch: "ref",
  gitref: "ref",
  runname: ["distinct_id", "with `distinct_id_key: run-name`, if the receiver has such an input"],
  sha: ["distinct_id", "with `distinct_id_key: sha`; or send it as one of the values"],
  discover: ["wait_for", "`found` for `true`, `nothing` for `false`"],
  wait: ["wait_for", COMPLETED],
  waitforcompletion: ["wait_for", COMPLETED],
  waitforworkflow: ["wait_for", COMPLETED],
  waitworkflow: ["wait_for", COMPLETED],
  displayworkflowrunurltimeout: ["find_timeout_seconds", SECONDS],
  maxattempts: ["find_timeout_seconds", "a time instead of a number of polls"],
  workflowtimeoutseconds: "find_timeout_seconds",
  runtimeoutseconds: "timeout_seconds",
  timeout: ["timeout_seconds", `${SECONDS}; the time to find the run is \`find_timeout_seconds\``],
  timeoutminutes: ["timeout_seconds", SECONDS],
  waitforcompletiontimeout: ["timeout_seconds", SECONDS],
  waittimeout: ["timeout_seconds", SECONDS],
  waittimeoutseconds: "timeout_seconds",
  workflowstatustimeout: "timeout_seconds",
  interval: ["poll_interval_seconds", SECONDS],
  pollinterval: ["poll_interval_seconds", SECONDS],
  pollintervalms: ["poll_interval_seconds", SECONDS],
  pollinginterval: ["poll_interval_seconds", SECONDS],
  timemultiple: ["poll_interval_seconds", "the longest pause instead of a growing one"],
  waitforcompletioninterval: ["poll_interval_seconds", SECONDS],
  waitinterval: "poll_interval_seconds",
  waitintervalseconds: "poll_interval_seconds",
  workflowjobstepsretryseconds: "poll_interval_seconds",
  workflowstatusretryinterval: "poll_interval_seconds",
  expectedconclusion: "success_conclusions",
  propagatefailure: ["success_conclusions", ANY],
  syncstatus: ["success_conclusions", ANY],
  domain: ["oidc_broker", "a broker's host, such as `octo-sts.dev`"],
  identity: "oidc_identity",
  scope: "repo",
  canceltimeoutseconds: ["cancel_run_on", "`timeout` cancels the run at `timeout_seconds`"],
  workflowlogs: ["failed_log_lines", "the number of lines of a failed step that the error shows"],
};

const PREFIX = /^INPUT_(?=.)/;

/** Lower case: `wait-for` from `INPUT_WAIT-FOR`. */
export function inputNamesIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).flatMap((name) => (PREFIX.test(name) ? [name.replace(PREFIX, "").toLowerCase()] : []));
}

/** Two typing errors in a shorter name may make another word of it, which is only ignored. */
const LONG_LENGTH = 8;

/** A near miss is a problem, not a warning: its value would be lost, and `dryrunn: true` would really dispatch. */
export function checkNames(names: readonly string[]): { problems: string[]; warnings: string[] } {
  const problems: string[] = [];
  const unknown: string[] = [];
  for (const name of names) {
    if (INPUT_NAMES.some((ours) => ours === name)) continue;
    const advice = adviceFor(name, INPUT_NAMES);
    if (advice) problems.push(`\`${name}\` is not an input of this action: ${advice}.`);
    else unknown.push(name);
  }
  if (unknown.length === 0) return { problems, warnings: [] };
  const [are, it] = unknown.length === 1 ? ["is not an input", "it is"] : ["are not inputs", "they are"];
  return { problems, warnings: [`${inCode(unknown)} ${are} of this action, so ${it} ignored.`] };
}

/** Which of the `allowed` names is meant by one that is not among them; undefined where that is open. */
export function adviceFor(name: string, allowed: readonly string[]): string | undefined {
  const respelt = allowed.find((each) => bare(each) === bare(name));
  if (respelt) return `write it \`${respelt}\``;
  const elsewhere = calledElsewhere(name);
  const [meant, how] = typeof elsewhere === "string" ? [elsewhere] : (elsewhere ?? []);
  if (meant && allowed.includes(meant))
    return how ? `the closest is \`${meant}\` (${how})` : `here it is called \`${meant}\``;
  const missed = nearest(name, allowed, LONG_LENGTH);
  return missed && `if \`${missed}\` is meant, correct it; if not, leave it out`;
}

function calledElsewhere(name: string): InputName | readonly [InputName, string] | undefined {
  return Object.hasOwn(NAMES_ELSEWHERE, bare(name)) ? NAMES_ELSEWHERE[bare(name)] : undefined;
}

/**
 * Reads an input of ours that is not given, or is an empty object, under any other of its names: what is wrong with the value
 * is a problem of the same round. The other name is one in any case, so nothing is sent.
 */
export function asMeant(read: (name: string) => string, names: readonly string[]): (name: string) => string {
  const others = names.flatMap((name) => {
    if (INPUT_NAMES.some((each) => each === name)) return [];
    const ours = INPUT_NAMES.find((each) => bare(each) === bare(name)) ?? calledElsewhere(name);
    return typeof ours === "string" ? [[ours, name] as const] : [];
  });
  const meant = new Map<string, string>(others);
  return (name) => {
    const given = read(name);
    const other = meant.get(name);
    return other !== undefined && isEmptyObject(given) ? read(other) : given;
  };
}

/** Or nothing at all. */
export function isEmptyObject(text: string): boolean {
  return /^\s*(\{\s*\}\s*)?$/.test(text);
}
