/**
 * A list of one behaves as no list does: setup.ts plays each story twice, the second time with each step's inputs as one entry of
 * `targets`. Both have to send the same requests at the same times and have the same result. The story sees the result of the first
 * time, whose messages it knows; what it expects of GitHub holds for both.
 */

import { expect } from "vitest";
import { ENTRY_INPUTS } from "../../src/targets/read-entries.ts";
import type { GitHub } from "../simulator/index.ts";
import type { Play, Played } from "./step.ts";

type Given = Record<string, string>;
type PlayOnce = (github: GitHub, given: Given, play: Play) => Promise<Played>;
type Request = ReturnType<typeof essence>;

interface First {
  /** The server of the second time has another address. */
  apiUrl: string;
  given: Given;
  idHex: string;
  played?: Played;
  requests: Request[];
}

/**
 * A step with one of these is played as it is: it has a list, may have none, or sets a commit status, which differs on purpose. And
 * what a run has left is unpacked in real time, in which the timer of a list's log would move the virtual one on.
 */
const WITHOUT_LIST = ["targets", "distinct_id", "status_context", "outputs_from"];

let steps = 0;
let firsts: First[] = [];
/** Of the step that comes next, in the story's second time; undefined in the first. */
let next: number | undefined;

export function newIdHex(): string {
  return (++steps).toString(16).padStart(16, "0");
}

export function beginStory(isSecondTime: boolean): void {
  if (!isSecondTime) firsts = [];
  next = isSecondTime ? 0 : undefined;
}

/** Plays a step, or plays it again as a list of one and compares both. */
export async function playAndCompare(playOnce: PlayOnce, github: GitHub, given: Given, play: Play): Promise<Played> {
  const before = github.requests.length;
  // As they are now: whether a client has gone shows later.
  const requestsNow = () => github.requests.slice(before).map(essence);
  if (next === undefined) {
    const first: First = { apiUrl: github.apiUrl, given, idHex: play.idHex ?? newIdHex(), requests: [] };
    firsts.push(first);
    const played = await playOnce(github, given, { ...play, idHex: first.idHex });
    Object.assign(first, { played: structuredClone(played), requests: requestsNow() });
    return played;
  }
  const ofFirst = firsts[next++];
  if (!ofFirst?.played) throw new Error("the story plays another step, or did not wait for its end");
  const first = onServer(github, ofFirst);
  expect(given, "the story plays the same steps").toEqual(first.given);
  const { idHex, played, requests } = first;
  if (WITHOUT_LIST.some((name) => given[name])) return playOnce(github, given, { ...play, idHex });
  const asList = await playOnce(github, asListOfOne(given), { ...play, idHex });
  expect(requestsNow(), "requests").toEqual(requests);
  expect(asList.tookMs, "time").toBe(played.tookMs);
  expect(resultOfList(asList), "result").toEqual(resultOfStep(played, given));
  return played;
}

function onServer({ apiUrl }: GitHub, first: First): Required<First> {
  const moved = JSON.parse(JSON.stringify(first).replaceAll(first.apiUrl, apiUrl));
  return { ...moved, played: { ...moved.played, failure: moved.played.failure } };
}

function asListOfOne(given: Given): Given {
  const isOwn = ([name]: [string, string]) => (ENTRY_INPUTS as readonly string[]).includes(name);
  const entries = Object.entries(given);
  return {
    ...Object.fromEntries(entries.filter((each) => !isOwn(each))),
    targets: JSON.stringify([Object.fromEntries(entries.filter(isOwn))]),
  };
}

function essence({ method, path, query, body, token, status, fault, atMs }: GitHub["requests"][number]) {
  return { method, path, query, body, token, status, fault, atMs };
}

/** The outputs that both have. */
const OUTPUTS = ["runId", "html_url", "status", "conclusion", "run_attempt", "disposition", "ref", "known_failure"];

function resultOfList({ outputs, failure, warnings, traces }: Played) {
  const { result: _, name, repo: __, ...known } = outputs.results ? JSON.parse(outputs.results)[0] : {};
  return {
    isGreen: failure === undefined,
    conclusion: outputs.conclusion,
    warnings: warnings.map((warning) => warning.replace(`${name}: `, "")),
    // What was spent on the token is for the `post` step of many.
    trace: traces[0]?.replace(/,"spent":\[.*\](?=\}$)/, ""),
    known,
  };
}

/** What the list has to be like. A step with bad inputs has no outputs, and the dry run of a list has none. */
function resultOfStep({ outputs, failure, warnings, trace }: Played, given: Given): ReturnType<typeof resultOfList> {
  const hasResults = Object.keys(outputs).length > 0 && given.dry_run !== "true";
  const isGreen = failure === undefined;
  const texts = OUTPUTS.map((name) => [name, outputs[name] ?? ""]);
  const parsed = { failed_jobs: JSON.parse(outputs.failed_jobs || "[]"), outputs: JSON.parse(outputs.outputs || "{}") };
  const error = failure?.split("\n", 1)[0] ?? "";
  return {
    isGreen,
    conclusion: hasResults ? (isGreen ? "success" : "failure") : undefined,
    warnings,
    trace: hasResults ? trace : undefined,
    known: hasResults ? { ...Object.fromEntries(texts), ...parsed, error } : {},
  };
}
