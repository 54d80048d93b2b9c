/** `npm run demo -- --help`: shows the action at work on a simulated GitHub. Without a token, without the network. */

import { demonstrate } from "./support/demonstration.ts";

// Whoever reads this, such as `head`, may have seen enough. The scene still comes to its end: it has a process to wait for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await demonstrate(process.argv.slice(2), {
  say: (text) => console.log(text),
  complain: (text) => console.error(text),
  isColoured: process.stdout.isTTY,
});
