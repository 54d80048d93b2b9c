/**
 * Strikes secrets out of foreign texts: a server, or a proxy in its place, may repeat what it was sent. The runner hides what is
 * masked in its own log only, and not in a commit status.
 */

export interface Secrets {
  /** Before anything that could repeat it. */
  add(secret: string): void;
  /** False where neither this text nor the JSON in it can have any, which is soon told. */
  mayBeIn(text: string): boolean;
  strike(text: string): string;
  /** In every text of what JSON stands for. */
  strikeAll(data: unknown): unknown;
}

const STRUCK = "***";
/** An App's signatures and tokens come and go. A server can repeat only what it was sent, mostly in the same answer. */
const MOST_KEPT = 4;
/** A shorter one counts as a whole word only, and shows in no base64 that is long enough to be told from a word. */
const SHORT_LENGTH = 8;

interface Kept {
  /** In lower case: one of them is in each form that no URL has encoded. */
  probes: readonly string[];
  /** Made when first needed, which takes some milliseconds. */
  pattern?: RegExp;
}

/** `mask` is told of each new secret. */
export function keepSecrets(mask: (secret: string) => void = () => {}): Secrets {
  /** The last used one last. */
  const kept = new Map<string, Kept>();

  function strike(text: string): string {
    let struck = text;
    const lower = text.toLowerCase();
    for (const [secret, each] of kept) {
      if (!lower.includes("%") && !each.probes.some((probe) => lower.includes(probe))) continue;
      each.pattern ??= new RegExp(patternOf(secret), "gi");
      struck = struck.replace(each.pattern, STRUCK);
    }
    return struck;
  }

  function strikeAll(data: unknown): unknown {
    if (typeof data === "string") return strike(data);
    if (typeof data !== "object" || data === null) return data;
    if (Array.isArray(data)) return data.map(strikeAll);
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [strike(name), strikeAll(value)]));
  }

  return {
    strike,
    strikeAll,
    mayBeIn(text) {
      const lower = text.toLowerCase();
      // JSON may escape any letter.
      return (
        /%|\\[u/]/.test(lower) || [...kept.values()].some(({ probes }) => probes.some((probe) => lower.includes(probe)))
      );
    },
    add(secret) {
      if (secret === "") return;
      if (!kept.has(secret)) mask(secret);
      const known = kept.get(secret) ?? { probes: probesOf(secret) };
      kept.delete(secret);
      kept.set(secret, known);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    },
  };
}

function probesOf(secret: string): string[] {
  const encoded = secret.length < SHORT_LENGTH ? [] : [0, 1, 2].map((before) => insideBase64(secret, before).letters);
  // URLs write two of the letters otherwise.
  const longest = encoded.map((letters) => letters.split(/[+/]/).reduce((a, b) => (b.length > a.length ? b : a)));
  return [secret, ...longest].map((probe) => probe.slice(0, SHORT_LENGTH).toLowerCase());
}

// As it is, URL-encoded as a whole or in part, and within base64. Each part of a pattern has one length and one way to match, so
// that it takes linear time.
function patternOf(secret: string): string {
  const plain = [...secret].map((character) => `(?:${literal(character)}|${percent(character)})`).join("");
  if (secret.length < SHORT_LENGTH) return `(?<![a-z0-9])${plain}(?![a-z0-9])`;
  return [plain, ...[0, 1, 2].map((before) => base64Pattern(secret, before))].join("|");
}

/** In base64, three bytes are four letters: where a secret begins decides how it reads. */
function base64Pattern(secret: string, bytesBefore: number): string {
  const { letters, isWhole } = insideBase64(secret, bytesBefore);
  const inside = [...letters].map(base64Letter).join("");
  return isWhole ? inside : `${inside}[a-z0-9+/_-]?={0,2}`;
}

/** Without the letters at its ends that depend on what stands around it. */
function insideBase64(secret: string, bytesBefore: number): { letters: string; isWhole: boolean } {
  const base64 = Buffer.from("\0".repeat(bytesBefore) + secret).toString("base64");
  const [first, end] = [bytesBefore === 0 ? 0 : bytesBefore + 1, base64.search(/=|$/)];
  const isWhole = base64.length === end;
  return { letters: base64.slice(first, isWhole ? end : end - 1), isWhole };
}

function base64Letter(letter: string): string {
  // Those that URLs do not take are encoded, or replaced (RFC 4648, section 5).
  if (letter === "+") return "(?:[+-]|%2B)";
  return letter === "/" ? "(?:[/_]|%2F)" : letter;
}

function percent(character: string): string {
  return encodeURIComponent(character).startsWith("%")
    ? encodeURIComponent(character)
    : `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
}
