/**
 * Makes the keys of `reuse` at next to no cost: still by scrypt, with the least work factor. What makes two dispatches equal
 * does not hang on it; what a key is, and so what it costs, is held by test/rules/inputs/reuse-key.test.ts, without this.
 */

import crypto, { type BinaryLike, type ScryptOptions } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const { scryptSync } = crypto;

crypto.scryptSync = (password: BinaryLike, salt: BinaryLike, length: number, options?: ScryptOptions) =>
  scryptSync(password, salt, length, { ...options, N: 2 });
syncBuiltinESMExports();
