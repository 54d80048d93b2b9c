/** `npm run demo -- --help`: shows the action at work on a simulated GitHub. Without a token, without the network. */

import { demonstrate } from "./support/demonstration.ts";

process.exitCode = await demonstrate(process.argv.slice(2), {
  say: (text) => console.log(text),
  complain: (text) => console.error(text),
  isColoured: process.stdout.isTTY,
});
