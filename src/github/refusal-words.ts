/** What GitHub's words of a refusal say of its cause (docs/platform.md#refusals). */

/** A cause that no permission of the token changes. */
const OTHER_CAUSE =
  /archived|\bsaml\b|\bsso\b|ip allow list|disabled|blocked|forbids|access restrictions|billing|\blocked\b|suspended|managed user|administrative rules|not allowed to trigger|\b(retry|retried|re-?run|running)\b/i;

const PERMISSION = /not accessible|must have|denied/i;

/** Whether a 403 is no rate limit, even if the same response says that nothing remains of one. */
export function namesCause(message: string): boolean {
  return OTHER_CAUSE.test(message) || PERMISSION.test(message);
}

/** A 404 may be for want of one as well; a 403 of unknown words, too. */
export function mayLackPermission({ status, answer }: { status: number | undefined; answer: string }): boolean {
  return status === 404 || (status === 403 && !OTHER_CAUSE.test(answer));
}
