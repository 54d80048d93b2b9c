/** A request and its answer, whether they come over a socket or within this process. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";

/** A request, as far as the simulator looks at it. */
export interface Incoming {
  method?: string | undefined;
  url?: string | undefined;
  headers: IncomingHttpHeaders;
}

/** An answer on its way, as far as the simulator writes it. */
export interface Outgoing {
  statusCode: number;
  /** Nobody waits for it any more. */
  readonly destroyed: boolean;
  setHeader(name: string, value: string | number): unknown;
  removeHeader(name: string): unknown;
  getHeaderNames(): string[];
  end(body?: Buffer | string): unknown;
  /** Sends no more than this, whatever length was announced, and closes the connection. */
  cut(part: Buffer): void;
  /** Tears the connection down. */
  reset(): void;
  /** Called when the exchange is over, in whatever way. */
  onClose(listener: () => void): void;
}

export type Serve = (request: Incoming, body: string, response: Outgoing) => Promise<void>;

/** An exchange over a socket. */
export async function serveOnSocket(serve: Serve, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Time of day is the simulator's affair.
  response.sendDate = false;
  const outgoing: Outgoing = Object.assign(response, {
    cut: (part: Buffer) => response.write(part, () => response.destroy()),
    reset: () => response.socket?.resetAndDestroy(),
    onClose: (listener: () => void) => response.on("close", listener),
  });
  await serve(request, await readText(request), outgoing);
}
