/** The action's main job on a simulated GitHub, on real time. What runs is the committed bundle, as the runner starts it. */

import { parseArgs, stripVTControlCharacters } from "node:util";
import { startGitHub } from "../simulator/index.ts";
import { type EventName, idExpression, type SignName } from "./receivers.ts";
import { startBundle } from "./step.ts";

const USAGE = `Usage: npm run demo -- [options]

Starts a workflow of a simulated GitHub by the committed bundle, finds its run, and follows it to its end.

  --event   workflow_dispatch (default) or repository_dispatch
  --sign    how the run is found: details (default: GitHub's answer names it), or by the id in the receiver's
            run-name, job or step. A repository_dispatch is never answered with details: there, run-name is the default
  --result  how the run ends: success (default) or failure
  --help    this text`;

type Sign = "details" | SignName;

/** The terminal's codes. */
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
type Style = keyof typeof STYLES;

interface Scene {
  event: EventName;
  sign: Sign;
  result: "success" | "failure";
}

const REPOSITORY = "octo/target";
const FILE = "deploy.yml";
const TOKEN = "ghp_ofthedemo";

/** Where the demonstration is shown. */
export interface Screen {
  say(text: string): void;
  complain(text: string): void;
  isColoured: boolean;
}

/** Plays the scene that these options ask for, and returns the exit code: 0 when the step ended as it should have. */
export async function demonstrate(options: string[], screen: Screen): Promise<number> {
  const scene = readOptions(options);
  if (typeof scene === "string") {
    const isHelp = scene === USAGE;
    if (isHelp) screen.say(scene);
    else screen.complain(scene);
    return isHelp ? 0 : 2;
  }
  return await play(scene, screen);
}

/** The scene that is asked for, or what to say instead of it. */
function readOptions(args: string[]): Scene | string {
  const wrong = (problem: string) => `${problem}\n\n${USAGE}`;
  const text = { type: "string" } as const;
  let given: { event?: string; sign?: string; result?: string; help?: boolean };
  try {
    given = parseArgs({
      args,
      options: { event: text, sign: text, result: text, help: { type: "boolean" } },
    }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
  if (given.help) return USAGE;
  const event = oneOf(given.event ?? "workflow_dispatch", ["workflow_dispatch", "repository_dispatch"]);
  if (!event) return wrong(`--event ${given.event}: there is no such event here.`);
  const usual = event === "workflow_dispatch" ? "details" : "run-name";
  const sign = oneOf(given.sign ?? usual, ["details", "run-name", "job", "step"]);
  if (!sign) return wrong(`--sign ${given.sign}: there is no such sign.`);
  const result = oneOf(given.result ?? "success", ["success", "failure"]);
  if (!result) return wrong(`--result ${given.result}: there is no such result.`);
  if (event === "repository_dispatch" && sign === "details") {
    return wrong(
      "--sign details is impossible with a repository_dispatch: GitHub never answers it with the run's id, so the run\n" +
        "is found by the id in its run-name, in a job's name or in a step's name.",
    );
  }
  return { event, sign, result };
}

function oneOf<Word extends string>(text: string, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === text);
}

async function play(scene: Scene, screen: Screen): Promise<number> {
  const say = (...lines: string[]) => {
    for (const line of lines) screen.say(line);
  };
  const paint = (style: Style, text: string) => (screen.isColoured ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
  const dim = (text: string) => paint("dim", text);
  const title = (text: string) => say(`\n${paint("bold", text)}`);
  const { event, sign, result } = scene;
  // GitHub's answer names the run of a workflow_dispatch at once; a server that does not shows how it is found by a sign.
  const isOlder = event === "workflow_dispatch" && sign !== "details";
  const github = await startGitHub(isOlder ? { runDetails: "rejected" } : {});
  const workflow = receivingWorkflow(scene);
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
  github.addRepository(REPOSITORY, { workflows: { [FILE]: workflow } });
  github.behaviour(REPOSITORY, FILE, {
    visibleAfterMs: 600,
    freshRun404Ms: 0,
    queuedMs: 700,
    setupMs: 400,
    stepMs: 900,
    ...(result === "failure" && { jobs: { deploy: { failedStep: "Smoke test" } } }),
  });
  const given = stepInputs(scene);

  say(
    `A step sends a ${event}${isOlder ? " to an older server" : ""} and finds its run ${howFound(sign)}.`,
    `The run is to end as ${result}, and so is the step.`,
  );
  title(`The receiving workflow, .github/workflows/${FILE} of ${REPOSITORY}`);
  say(workflow);
  title("The step");
  say(stepYaml(given));

  title("Its log");
  const startedAtMs = performance.now();
  const startedAtServerMs = github.nowMs();
  const step = startBundle(github.apiUrl, { ...given, token: TOKEN });
  step.onLine((line) => {
    const at = `${dim(seconds(performance.now() - startedAtMs))}  `;
    for (const shown of asShown(line, paint)) {
      // The step colours its log for GitHub's pages, whatever screen this is.
      say(at + (screen.isColoured ? shown : stripVTControlCharacters(shown)));
    }
  });
  const { outputs, exitCode, stderr } = await step.ended;
  if (stderr) say(stderr);

  title("Its outputs");
  const width = Math.max(...Object.keys(outputs).map((name) => name.length));
  for (const [name, value] of Object.entries(outputs)) say(`${name.padEnd(width)}  ${value}`);

  title("What the server was asked");
  const lines = github.transcript();
  for (const [index, { atMs }] of github.requests.entries()) {
    say(`${dim(seconds(atMs - startedAtServerMs))}  ${lines[index]}`);
  }
  await github.close();

  title("Its exit code");
  const isAsAsked = exitCode === (result === "success" ? 0 : 1);
  const colour = exitCode === 0 ? "green" : "red";
  say(`${exitCode}: the step is ${paint(colour, colour)}, ${isAsAsked ? "as" : "NOT as"} it should be.`);
  return isAsAsked ? 0 : 1;
}

/** Two jobs, one after the other; the id shows where the scene says. */
function receivingWorkflow({ event, sign }: Scene): string {
  const id = idExpression(event);
  const on =
    event === "workflow_dispatch"
      ? [
          "  workflow_dispatch:",
          "    inputs:",
          "      version:",
          "        required: true",
          ...(sign === "details" ? [] : ["      distinct_id:", "        required: false"]),
        ]
      : ["  repository_dispatch:", "    types: [deploy]"];
  return [
    "name: Deploy",
    ...(sign === "run-name" ? [`run-name: Deploy [${id}]`] : []),
    "on:",
    ...on,
    "jobs:",
    "  build:",
    ...(sign === "job" ? [`    name: build [${id}]`] : []),
    "    runs-on: ubuntu-latest",
    "    steps:",
    ...(sign === "step" ? [`      - name: ${id}`, "        run: 'true'"] : []),
    "      - name: Build",
    "        run: make",
    "  deploy:",
    "    needs: build",
    "    runs-on: ubuntu-latest",
    "    steps:",
    "      - name: Deploy",
    "        run: ./deploy",
    "      - name: Smoke test",
    "        run: ./smoke-test",
  ].join("\n");
}

/** The step's `with:`, but for the token. */
function stepInputs({ event }: Scene): Record<string, string> {
  return {
    repo: REPOSITORY,
    ...(event === "workflow_dispatch"
      ? { workflow: FILE, ref: "main", workflow_inputs: '{"version": "1.10"}' }
      : { event_type: "deploy", client_payload: '{"version": "1.10"}' }),
    wait_for: "completed",
    poll_interval_seconds: "1",
  };
}

function stepYaml(given: Record<string, string>): string {
  const values = Object.entries(given).map(([name, value]) =>
    // A flow mapping would be an object to YAML, and an input is text.
    value.startsWith("{") ? `    ${name}: '${value}'` : `    ${name}: ${value}`,
  );
  const token = `    token: \${{ secrets.TARGET_TOKEN }}`;
  return ["- uses: <owner>/tracked-dispatch@v1", "  id: deploy", "  with:", token, ...values].join("\n");
}

function howFound(sign: Sign): string {
  switch (sign) {
    case "details":
      return "in GitHub's answer";
    case "run-name":
      return "by the id in its name";
    case "job":
      return "by the id in the name of a job";
    case "step":
      return "by the id in the name of a step";
  }
}

/** A line as the runner shows it, without what only debugging shows. */
function asShown(line: string, paint: (style: Style, text: string) => string): string[] {
  const [, command, text = ""] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
  if (command === undefined) return [line];
  const [first, ...rest] = text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%").split("\n");
  if (command === "error") return [paint("red", `Error: ${first}`), ...rest];
  if (command === "warning") return [paint("yellow", `Warning: ${first}`), ...rest];
  return [];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(4)} s`;
}
