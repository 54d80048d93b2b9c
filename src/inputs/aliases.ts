import { type Document, isAlias, isCollection, isNode, isPair } from "yaml";

/** GitHub's own limit is not known; more take too long to look at. */
const MAX_NODES = 100_000;
/** For each alias, yaml 2 looks through all anchors and aliases. */
const MAX_LOOKUPS = 4_000_000;

/** Of yaml 2: its own limit is a hundred uses of one anchor. */
export const NO_LIMIT = { maxAliasCount: -1 };

/** Whether a document is small enough once its aliases are expanded. A circular one never is. */
export function expandsWithinReason({ contents }: Pick<Document, "contents">): boolean {
  const sizes = new Map<string, number>();
  let aliases = 0;
  const sizeOf = (node: unknown): number => {
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value);
    if (!isNode(node)) return 1;
    if (isAlias(node)) {
      aliases++;
      return sizes.get(node.source) ?? 1;
    }
    const { anchor } = node;
    // While it is open, an alias of it is circular.
    if (anchor) sizes.set(anchor, Number.POSITIVE_INFINITY);
    const size = isCollection(node) ? node.items.reduce<number>((sum, item) => sum + sizeOf(item), 1) : 1;
    if (anchor) sizes.set(anchor, size);
    return size;
  };
  return sizeOf(contents) <= MAX_NODES && aliases * (aliases + sizes.size) <= MAX_LOOKUPS;
}
