/**
 * Says whether the tests were started in this mode (`vitest run --mode many`): `many` plays what is too long for each
 * `npm test`, `figures` writes what was counted. An npm script cannot set a variable on Windows, but can give an option.
 */
export function isMode(mode: "many" | "figures"): boolean {
  return (import.meta as ImportMeta & { env: { MODE: string } }).env.MODE === mode;
}
