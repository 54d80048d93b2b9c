import { distance } from "fastest-levenshtein";

const MIN_LENGTH = 4;
/** Where a wrong guess does no harm. Two transposed letters count as two errors. */
const LONG_ENOUGH_TO_ASK = 5;

/**
 * The one that was probably meant: spelt otherwise, or with one typing error, two in a name of `longFrom` letters. Short names
 * resemble anything.
 */
export function nearest<Name extends string>(
  name: string,
  names: readonly Name[],
  longFrom = LONG_ENOUGH_TO_ASK,
): Name | undefined {
  const near = names
    .map((each) => ({ each, length: bare(each).length, edits: distance(bare(name), bare(each)) }))
    .filter(({ length, edits }) => edits === 0 || (length >= MIN_LENGTH && edits <= (length >= longFrom ? 2 : 1)))
    .sort((one, other) => one.edits - other.edits);
  return near[0]?.each;
}

/** Without what differs from habit to habit: case, `-`, `_` and blanks. */
export function bare(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

export function didYouMean(name: string | undefined): string {
  return name === undefined ? "" : ` Did you mean \`${name}\`?`;
}
