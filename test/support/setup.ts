/** Run before each file of tests. */

import { afterAll, afterEach } from "vitest";
import { doAfter } from "./after.ts";

afterEach(() => doAfter("test"));
afterAll(() => doAfter("file"));
