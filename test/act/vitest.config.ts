import { mergeConfig } from "vitest/config";
import ours from "../../vitest.config.ts";

/** `npm run test:act`: what needs a runner of others is no part of `npm test`. */
const { include, ...rest } = ours.test ?? {};
export default mergeConfig(
  { ...ours, test: rest },
  { test: { include: ["test/act/*.play.ts"], testTimeout: 120_000 } },
);
