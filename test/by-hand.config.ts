import { defineConfig, mergeConfig } from "vitest/config";
import ours from "../vitest.config.ts";

/** `npm run test:act`, `test:artifacts`, `test:octo-sts`: what needs a program or a package of others is no part of `npm test`. */
export default defineConfig((env) => {
  const { test, ...others } = ours(env);
  const { projects, ...rest } = test ?? {};
  return mergeConfig(
    { ...others, test: rest },
    { test: { include: ["test/{act,artifacts,octo-sts}/*.play.ts"], testTimeout: 120_000, hookTimeout: 900_000 } },
  );
});
