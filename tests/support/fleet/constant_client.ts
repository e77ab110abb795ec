/**
 * The client of fleet_network.ts: connects to every address that it is told, again and again, and
 * counts what does not respond. Reads requests and writes replies as lines of JSON.
 *
 * @module
 */
import { get } from "../http_client.ts";
import { answerRequests } from "../spaces/space_script.ts";

/** Milliseconds between the end of one connection and the next to the same address. */
const PACE_MS = 20;
/** Milliseconds for a response: the processes of three machines share one. */
const RESPONSE_MS = 10_000;

/** What became of the connections to one address. */
export interface ConstantCounts {
  readonly responses: number;
  /** Why connections got no response, in order. */
  readonly failures: readonly string[];
}

type Request =
  /** Connects to these from now on. */
  | { readonly op: "watch"; readonly addresses: readonly string[] }
  /** No longer connects to these; what was counted is forgotten. */
  | { readonly op: "forget"; readonly addresses: readonly string[] }
  /** Asks for the counts of every address. */
  | { readonly op: "counts" }
  /** Asks for one response, on a connection of its own. */
  | { readonly op: "get"; readonly address: string };

interface Watched {
  counts: { responses: number; failures: string[] };
  isOver: boolean;
}

const watched = new Map<string, Watched>();

async function reply(request: Request): Promise<unknown> {
  switch (request.op) {
    case "watch":
      for (const address of request.addresses) {
        if (watched.has(address)) continue;
        const entry: Watched = { counts: { responses: 0, failures: [] }, isOver: false };
        watched.set(address, entry);
        void connectAgainAndAgain(address, entry);
      }
      return {};
    case "forget":
      for (const address of request.addresses) {
        const entry = watched.get(address);
        if (entry !== undefined) entry.isOver = true;
        watched.delete(address);
      }
      return {};
    case "counts":
      return Object.fromEntries([...watched].map(([address, { counts }]) => [address, counts]));
    case "get":
      return await bodyFrom(request.address).catch(() => null);
  }
}

async function connectAgainAndAgain(address: string, entry: Watched): Promise<void> {
  while (!entry.isOver) {
    try {
      await bodyFrom(address);
      entry.counts.responses++;
    } catch (error) {
      entry.counts.failures.push(String(error));
    }
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
}

async function bodyFrom(address: string): Promise<string> {
  const colon = address.lastIndexOf(":");
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no response")), RESPONSE_MS);
  try {
    const response = get(address.slice(0, colon), Number(address.slice(colon + 1)));
    const { status, body } = await Promise.race([response, promise]);
    if (status !== 200) throw new Error(`status ${status}`);
    return body;
  } finally {
    clearTimeout(timer);
  }
}

await answerRequests(reply);
Deno.exit(0);
