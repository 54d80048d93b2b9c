/** Why there are no values. */

/**
 * - `missing`, `earlier`: there is no such artifact, or only of an earlier attempt; `others` are those that there are
 * - `expired`: GitHub has it no more
 * - `large`: it has more bytes than are read, packed or unpacked
 * - `damaged`: what was downloaded is not what was uploaded, or no archive that can be read; `how` follows "it is damaged: "
 * - `crowded`: it has no file, or several and none that is the one
 * - `shapeless`: its text is no JSON object; `what` follows "is no JSON object: "
 * - `unread`: the network or the server kept it from being read; `why` in a word
 */
export type Flaw =
  | { is: "missing" | "earlier"; others: readonly string[] | undefined }
  | { is: "expired" }
  | { is: "large"; unpacked: boolean }
  | { is: "damaged"; how: string }
  | { is: "crowded"; files: readonly string[] }
  | { is: "shapeless"; what: string }
  | { is: "unread"; why: string };

/** The most that is read of an artifact, packed and unpacked. */
export const MAX_BYTES = 1024 * 1024;
