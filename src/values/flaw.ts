/** Why there are no values. */

/**
 * - `missing`, `earlier`: there is no such artifact, or only one of an earlier attempt; `others` are the names of the run's
 *   artifacts, undefined where they were not read
 * - `expired`: GitHub no longer has it
 * - `large`: it has more than `MAX_BYTES`, packed or unpacked
 * - `damaged`: what was downloaded is not what was uploaded, or the archive cannot be read; `how` follows "is damaged: "
 * - `crowded`: it has no file, or several and none with the name that counts
 * - `shapeless`: its text is not a JSON object; `what` follows "is not a JSON object: "
 * - `unlisted`: GitHub shows no list of the run's artifacts (404)
 * - `unread`: the network or the server kept it from being read; `why` in a word
 */
export type Flaw =
  | { is: "missing" | "earlier"; others: readonly string[] | undefined }
  | { is: "expired" | "unlisted" }
  | { is: "large"; unpacked: boolean }
  | { is: "damaged"; how: string }
  | { is: "crowded"; files: readonly string[] }
  | { is: "shapeless"; what: string }
  | { is: "unread"; why: string };

/** The most that is read of an artifact, packed or unpacked. */
export const MAX_BYTES = 1024 * 1024;
