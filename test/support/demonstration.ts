/** The action's main job on a simulated GitHub, on real time. What runs is the committed bundle, as the runner starts it. */

import { stripVTControlCharacters } from "node:util";
import { type GitHub, startGitHub } from "../simulator/index.ts";
import { startBundle } from "./bundle.ts";
import { ACTION } from "./caller.ts";
import { addFleet, FLEET_INPUTS, FLEET_RECEIVER, FLEET_RECEIVER_PLACE } from "./demo-fleet.ts";
import {
  announcementOf,
  behaviourOf,
  cancelledAt,
  FILE,
  isOnOlderServer,
  isToBeGreen,
  REPOSITORY,
  readOptions,
  receivingWorkflow,
  type Scene,
  stepInputs,
  USAGE,
} from "./demo-scenes.ts";

/** The terminal's codes. */
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
type Style = keyof typeof STYLES;

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

async function play(scene: Scene, screen: Screen): Promise<number> {
  const say = (...lines: string[]) => {
    for (const line of lines) screen.say(line);
  };
  const paint = (style: Style, text: string) => (screen.isColoured ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
  const dim = (text: string) => paint("dim", text);
  const title = (text: string) => say(`\n${paint("bold", text)}`);
  const github = await startGitHub(isOnOlderServer(scene) ? { runDetails: "rejected" } : {});
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
  const { place, workflow, given } = setUp(scene, github);

  say(...announcementOf(scene));
  title(`The receiving workflow, ${place}`);
  say(workflow);
  title("The step");
  say(stepYaml(given));

  title("Its log");
  const startedAtMs = performance.now();
  const startedAtServerMs = github.nowMs();
  const step = startBundle(github.apiUrl, { ...given, token: TOKEN });
  const cancelledBy = cancelledAt(scene);
  step.onLine((line) => {
    if (cancelledBy !== undefined && line.includes(cancelledBy)) step.kill("SIGINT");
    const at = `${dim(seconds(performance.now() - startedAtMs))}  `;
    for (const shown of asShown(line, paint)) {
      // The step colours its log for GitHub's pages, whatever screen this is.
      say(at + (screen.isColoured ? shown : stripVTControlCharacters(shown)));
    }
  });
  const { outputs, summary, exitCode, stderr } = await step.ended;
  if (stderr) say(stderr);

  title("Its summary, which GitHub shows as a page");
  say(summary.trimEnd());

  title("Its outputs");
  const width = Math.max(...Object.keys(outputs).map((name) => name.length));
  for (const [name, value] of Object.entries(outputs)) {
    // One line for each target.
    const shown = value.replace(/,(?=\{"name":"[^"]*","repo":)/g, `,\n${" ".repeat(width + 2)}`);
    say(`${name.padEnd(width)}  ${shown}`);
  }

  title("What the server was asked");
  const lines = github.transcript();
  for (const [index, { atMs }] of github.requests.entries()) {
    say(`${dim(seconds(atMs - startedAtServerMs))}  ${lines[index]}`);
  }
  await github.close();

  title("Its exit code");
  const isAsAsked = exitCode === (isToBeGreen(scene) ? 0 : 1);
  const colour = exitCode === 0 ? "green" : "red";
  say(`${exitCode}: the step is ${paint(colour, colour)}, ${isAsAsked ? "as" : "NOT as"} it should be.`);
  return isAsAsked ? 0 : 1;
}

/** The targets, and what the step is given for them. */
function setUp(scene: Scene, github: GitHub): { place: string; workflow: string; given: Record<string, string> } {
  if (scene.show === "targets") {
    addFleet(github);
    return { place: FLEET_RECEIVER_PLACE, workflow: FLEET_RECEIVER, given: FLEET_INPUTS };
  }
  const workflow = receivingWorkflow(scene);
  github.addRepository(REPOSITORY, { workflows: { [FILE]: workflow } });
  github.behaviour(REPOSITORY, FILE, behaviourOf(scene));
  return { place: `.github/workflows/${FILE} of ${REPOSITORY}`, workflow, given: stepInputs(scene) };
}

function stepYaml(given: Record<string, string>): string {
  const values = Object.entries(given).map(([name, value]) => {
    if (value.includes("\n")) return `    ${name}: |\n${value.replace(/^/gm, "      ")}`;
    // A flow mapping would be an object to YAML, and an input is text.
    return value.startsWith("{") ? `    ${name}: '${value}'` : `    ${name}: ${value}`;
  });
  const token = `    token: \${{ secrets.TARGET_TOKEN }}`;
  return [`- uses: ${ACTION}`, "  id: deploy", "  with:", token, ...values].join("\n");
}

/** A line as the runner shows it, without what only debugging shows. */
function asShown(line: string, paint: (style: Style, text: string) => string): string[] {
  const [, command, text = ""] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
  if (command === undefined) return [line];
  const [first, ...rest] = text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%").split("\n");
  if (command === "error") return [paint("red", `Error: ${first}`), ...rest];
  if (command === "notice") return [paint("bold", `Notice: ${first}`), ...rest];
  // Its lines follow, open: nobody can unfold them here.
  if (command === "group") return [`${first}`];
  if (command === "warning") return [paint("yellow", `Warning: ${first}`), ...rest];
  return [];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(4)} s`;
}
