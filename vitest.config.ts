import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    // In this order: the closing line has to be the last one.
    reporters: ["default", "./test/closing-line.ts"],
  },
});
