/**
 * Anything at all, as inputs and as answers. Each time other cases: what has failed is repeated by `FUZZ_SEED=…`, and
 * `FUZZ_SECONDS=…` looks for as long as that.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { withId } from "../../src/inputs/dispatch-request.ts";
import { isDistinctId } from "../../src/inputs/distinct-id.ts";
import { InputError, type Inputs, readInputs } from "../../src/inputs/inputs.ts";
import * as mappings from "../../src/inputs/mapping.ts";
import { startGitHub, VirtualClock } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { actionYml, CALLER, inputsOf, type Play, playPost, playStep } from "../support/step.ts";
import { answerBy, anyAnswers } from "./fuzz-answers.ts";

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
/** Without it, a number of cases: a busy machine would play too few of them in a time. */
const { FUZZ_SECONDS } = process.env;

console.log(`FUZZ_SEED=${seed}`);

/** So many cases or, where a time is given, as many as it allows, the search for the smallest one that fails included. */
function cases(numRuns: number): fc.Parameters<unknown> {
  if (FUZZ_SECONDS === undefined) return { seed, numRuns };
  return { seed, numRuns: 1_000_000, interruptAfterTimeLimit: Number(FUZZ_SECONDS) * 1000 };
}

const CALLING = { ...CALLER, apiUrl: "https://api.github.com" };
/** A line of a stack trace. */
const STACK = /\n +at .+:\d+/;
/** A value that nobody may print. */
const SECRET = /sEcReT[A-Za-z0-9]{12,20}/g;

/** Text of every kind: that of other inputs, JSON, YAML, and none of them. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.json(),
  fc.constantFrom("", " ", "\n", "0", "-1", "1e9", "1.5", "99999999999999999999", "NaN", "null", "~", "true"),
  fc.constantFrom("octo/target", "https://github.com/octo/target", "git@ghe.test:octo/target.git", "../..", "a/b/c"),
  fc.constantFrom("https://ghe.test/api/v3", "http://[", "https://user:pass@ghe.test", "ftp://ghe.test"),
  fc.constantFrom("deploy.yml", "1-ci.yml", "7", "refs/pull/1/merge", "0".repeat(40), "x".repeat(101)),
  fc.constantFrom("nothing", "found", "completed", "cancel, timeout", "any", "success failure", ",", "distinct_id"),
  fc
    .array(fc.oneof(fc.string(), fc.constantFrom(..."{}[]:,-?&*!|>'\"%@`#~\n\t ", "<<", "- ", ": ", "\n  ", "!!js/")))
    .map((parts) => parts.join("")),
  fc.constantFrom(
    "&a [*a]",
    "a: &a\n  b: *a",
    '{"__proto__": {"x": 1}}',
    "a: 0123",
    "? [x]\n: y",
    "---\n---",
    "\uFEFFa: b",
  ),
);

const secret = fc.stringMatching(/^sEcReT[A-Za-z0-9]{12,20}$/);

/** Text of an object with secret values, sound or with something cut out of it or put into it. */
const secretText = fc
  .record({
    values: fc.dictionary(
      fc.stringMatching(/^[a-z_]{1,8}$/),
      fc.oneof(secret, fc.array(secret), fc.dictionary(fc.constant("k"), secret)),
    ),
    form: fc.constantFrom("json", "indented", "yaml", "quoted"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(3),
    put: fc.constantFrom(
      ...Array<string>(20).fill(""),
      '"',
      "'",
      "}",
      "{",
      ": ",
      "\t",
      "\n",
      "&",
      "*",
      "!x ",
      "\\",
      "@",
      "%",
      "`",
      "0",
      "- ",
    ),
  })
  .map(({ values, form, at, cut, put }) => {
    const lines = (quote: string) =>
      Object.entries(values)
        .map(([key, value]) => `${key}: ${typeof value === "string" ? quote + value + quote : JSON.stringify(value)}`)
        .join("\n");
    const sound =
      form === "yaml"
        ? lines("")
        : form === "quoted"
          ? lines("'")
          : JSON.stringify(values, null, form === "json" ? 0 : 2);
    const offset = Math.floor(at * sound.length);
    return put === "" ? sound : sound.slice(0, offset) + put + sound.slice(offset + cut);
  });

const either = (name: "client_payload" | "workflow_inputs", rest: Record<string, string>) =>
  fc.record({ token: secret, [name]: secretText }).map((given) => ({ ...rest, ...given }));

/** A step that makes some sense, with a few of its inputs replaced by anything. */
const anyInputs = fc
  .record({
    given: fc.oneof(
      either("client_payload", { event_type: "deploy" }),
      either("workflow_inputs", { workflow: "deploy.yml" }),
    ),
    strange: fc.dictionary(fc.constantFrom(...Object.keys(actionYml.inputs)), anyText, { maxKeys: 2 }),
  })
  .map(({ given, strange }) => inputsOf({ ...given, ...strange }, "https://ghe.test/api/v3"));

test("inputs of any kind are read, or refused in words that quote no secret", () => {
  let [accepted, refused] = [0, 0];
  const property = fc.property(anyInputs, (texts) => {
    const secrets = Object.values(texts).flatMap((text) => text.match(SECRET) ?? []);
    try {
      checkInputs(readInputs((name) => texts[name] ?? "", CALLING, "0".repeat(16), mappings));
      accepted++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused++;
      expect(error.problems).not.toEqual([]);
      for (const each of secrets) expect(error.message).not.toContain(each);
      expect(error.message).not.toMatch(STACK);
    }
  });
  fc.assert(property, cases(1500));
  console.log(`${accepted + refused} inputs: ${accepted} accepted, ${refused} refused`);
  expect(Math.min(accepted, refused)).toBeGreaterThan(0);
});

/** What was accepted can be worked with: times are times, and what is sent is JSON and within GitHub's limits. */
function checkInputs({ source: order, distinctId, target, ...inputs }: Inputs): void {
  const { findTimeoutMs, timeoutMs, pollIntervalMs, maxRuns } = inputs;
  for (const number of [findTimeoutMs / 1000, timeoutMs / 1000, pollIntervalMs / 1000, maxRuns])
    expect(number).toSatisfy((each: number) => Number.isInteger(each) && each >= 1);
  expect(`${target.apiUrl}/repos/${target.owner}/${target.repo}`).toSatisfy((url: string) => URL.canParse(url));
  if (order.event === undefined) {
    expect(order.runId > 0).toBe(true);
    return;
  }
  expect(isDistinctId(distinctId.value)).toBe(true);
  const sent = withId(order.event === "repository_dispatch" ? order.clientPayload : order.inputs, distinctId);
  const text = JSON.stringify(sent);
  expect(JSON.parse(text)).toEqual(sent);
  expect(text.length).toBeLessThanOrEqual(order.event === "repository_dispatch" ? 65_535 : Infinity);
  if (distinctId.key !== undefined) expect(String(sent[distinctId.key])).toBe(distinctId.value);
}

const FIND_S = 40;
const TIMEOUT_S = 60;
/** Beside its two times the step may ask what is missing, or cancel the run. */
const REST_S = 30;
/** And after a green end it may try for as long to take up values. */
const VALUES_S = 120;

const anyStory = fc.record({
  inputs: fc.constantFrom<Record<string, string>>(
    { event_type: "deploy" },
    { event_type: "deploy", workflow: "Deploy" },
    { workflow: "deploy.yml", ref: "main" },
    { workflow: "Deploy" },
  ),
  sign: fc.constantFrom("run-name" as const, "step" as const, undefined),
  waitFor: fc.constantFrom("found", "completed", "completed"),
  cancelRunOn: fc.constantFrom("", "cancel", "timeout cancel"),
  outputsFrom: fc.constantFrom("", "values"),
  cancelAfterMs: fc.option(fc.nat(30_000), { nil: undefined, freq: 3 }),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
  answers: anyAnswers,
  answersToPost: anyAnswers,
});

/** Plays a step against these answers, and its `post` step. Returns whether the step was green. */
async function playStory(story: typeof anyStory extends fc.Arbitrary<infer Story> ? Story : never) {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock });
  try {
    const event = "event_type" in story.inputs ? "repository_dispatch" : "workflow_dispatch";
    github.addRepository("octo/target", { workflows: { "deploy.yml": receiver(event, story.sign) } });
    github.addToken("ghp_all", { permissions: { contents: "write", actions: "write" } });
    const given = {
      ...story.inputs,
      wait_for: story.waitFor,
      cancel_run_on: story.cancelRunOn,
      ...(story.waitFor === "completed" && { outputs_from: story.outputsFrom }),
      token: "ghp_all",
      repo: "octo/target",
      find_timeout_seconds: String(FIND_S),
      timeout_seconds: String(TIMEOUT_S),
      poll_interval_seconds: "5",
    };
    const edges: Play = { clock, random: () => story.random };
    const cancelled = story.cancelAfterMs === undefined ? {} : { cancelAfterMs: story.cancelAfterMs };

    const watched = answerBy(story.answers, github);
    const played = await playStep(github, given, { ...edges, ...cancelled });
    expect(watched.storm).toBeUndefined();
    expect(played.tookMs).toBeLessThanOrEqual((FIND_S + TIMEOUT_S + REST_S + VALUES_S) * 1000);

    const watchedAfter = answerBy(story.answersToPost, github);
    const post = await playPost(github, given, played.trace, edges);
    expect(watchedAfter.storm).toBeUndefined();
    expect(post.failure).toBeUndefined();
    expect(post.tookMs).toBeLessThanOrEqual(REST_S * 1000);

    const said = [played, post].flatMap(({ failure = "", log, warnings }) => [failure, ...log, ...warnings]);
    expect(said.join("\n")).not.toMatch(STACK);
    expect(github.breaches).toEqual([]);
    return played.failure === undefined;
  } finally {
    await github.close();
  }
}

test("answers of any kind end the step in words, in time, and without a storm of requests", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  let [green, red] = [0, 0];
  try {
    const property = fc.asyncProperty(anyStory, async (story) => {
      if (await playStory(story)) green++;
      else red++;
      // Node tells of a rejection that nobody has heard after the turn in which it came.
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    });
    await fc.assert(property, cases(80));
  } finally {
    process.off("unhandledRejection", onUnhandled);
  }
  console.log(`${green + red} stories: ${green} green, ${red} red`);
  expect(Math.min(green, red)).toBeGreaterThan(0);
});
