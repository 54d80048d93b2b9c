import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take longest. Begun last, each would go on alone when all others have ended; a fresh clone knows no durations. */
const FIRST = [
  "model",
  "demo",
  "pages/name",
  "stories/find",
  "scale",
  "kill",
  "examples-run",
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

/** GitHub's parsers import JSON without saying so, which Node refuses and Vite does not. */
const GITHUBS_PARSERS = /node_modules\/@actions\/(languageservice|workflow-parser)\//;

export default defineConfig({
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
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    server: { deps: { inline: [GITHUBS_PARSERS] } },
    // Vitest's own is one less than there are cores: one for two. Many files wait most of their time for processes that
    // they have started: with two more, no core is idle meanwhile.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    // In this order: the closing line has to be the last one.
    reporters: ["default", "./test/support/closing-line.ts"],
  },
});
