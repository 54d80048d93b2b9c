/** Run before each file of tests. */

import { afterAll, afterEach, beforeAll, beforeEach, type RunnerTask } from "vitest";
import { doAfter } from "./after.ts";
import { beginStory } from "./list-of-one.ts";

/** Tests of these files are played again, each step as a list of one. Those of `targets` have lists already. */
const STORIES = /[/\\]test[/\\]stories[/\\](?!targets)/;

function repeat(task: RunnerTask): void {
  if (task.type === "test") task.repeats = 1;
  else for (const each of task.tasks) repeat(each);
}

// biome-ignore lint/correctness/noEmptyPattern: Vitest takes nothing else for fixtures that are not used.
beforeAll(({}, file) => {
  if (STORIES.test(file.file.filepath)) repeat(file);
});
beforeEach(({ task }) => beginStory(task.result?.repeatCount === 1));

afterEach(() => doAfter("test"));
afterAll(() => doAfter("file"));
