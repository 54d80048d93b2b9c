/**
 * Makes the keys of `reuse` at next to no cost: still by scrypt, with the least work factor. What makes two dispatches equal
 * does not hang on it; what a key is, and so what it costs, is held by test/rules/inputs/reuse-key.test.ts, without this.
 */

import crypto, { type BinaryLike, type ScryptOptions } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const { scryptSync } = crypto;

/** As with a server whose address is the same each time. */
const withoutPort = (salt: BinaryLike) => String(salt).replace(/(?<=127\.0\.0\.1):\d+/, "");

/** Within this thread: virtual time would pass while another one works. */
crypto.scrypt = ((
  password: BinaryLike,
  salt: BinaryLike,
  length: number,
  options: ScryptOptions,
  done: (error: Error | null, key: Buffer) => void,
) => done(null, scryptSync(password, withoutPort(salt), length, { ...options, N: 2 }))) as typeof crypto.scrypt;
syncBuiltinESMExports();
