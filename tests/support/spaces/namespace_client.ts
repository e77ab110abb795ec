/**
 * The client inside a network namespace: reads requests and writes replies as lines of JSON. See
 * net_namespace.ts.
 *
 * @module
 */
import { get, receive, send } from "../http_client.ts";
import { answerRequests } from "./space_script.ts";

/** Milliseconds between two requests of a keep-alive connection. */
const PACE_MS = 5;

const counts = { responses: 0, failures: 0 };

async function reply(request: { op: string; ip: string; port: number }): Promise<unknown> {
  if (request.op === "counts") return counts;
  if (request.op === "keep") {
    void keepAlive(request.ip, request.port);
    return {};
  }
  try {
    const limit = new Promise<never>((_, reject) => setTimeout(() => reject(new Error()), 2000));
    return { body: (await Promise.race([get(request.ip, request.port), limit])).body };
  } catch {
    return { body: null };
  }
}

async function keepAlive(hostname: string, port: number): Promise<void> {
  try {
    using conn = await Deno.connect({ hostname, port });
    for (;;) {
      await send(conn, "GET / HTTP/1.1\r\nHost: kept\r\n\r\n");
      const text = await receive(conn, (text) => text.includes("\r\n\r\nhello"));
      if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(text);
      counts.responses++;
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  } catch {
    counts.failures++;
  }
}

await answerRequests(reply);
Deno.exit(0);
