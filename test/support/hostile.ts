/** Hostile texts. */

/** Each is repeated: what no terminal ends, what turns or hides a text, what a pattern could stumble over. */
export const HOSTILE_PARTS = [
  "\u0090",
  "\u001b]",
  "\u009b1",
  "\u202e",
  "\u200b",
  "a\u200d",
  " ",
  "\n",
  "::",
  "##[",
  "`",
  "<a@",
  "${{ '",
  "1-",
  "id",
];

export function hostile(n: number): string {
  return `x${HOSTILE_PARTS.map((part) => part.repeat(n / HOSTILE_PARTS.length / part.length)).join("")}x`;
}
