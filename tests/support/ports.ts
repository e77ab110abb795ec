/**
 * Edge: ports for servers under test.
 *
 * Test files run at the same time, in one process and in several, and a port is free until somebody
 * listens on it. So each file has a block of ports of its own.
 *
 * @module
 */
import { getAvailablePort } from "@std/net/get-available-port";
import { parseProcNet } from "../../mod/listen/machine/proc_net.ts";

/**
 * The blocks are below the range that systems use for outgoing connections, and above the last port
 * that `fetch` and browsers refuse to connect to, 10080.
 */
const FIRST_PORT = 10_400;
const BLOCK_SIZE = 400;
const BLOCK_COUNT = 50;
/** Whoever listens on this port plus the number of a block has that block. */
const FIRST_CLAIM = FIRST_PORT + BLOCK_SIZE * BLOCK_COUNT;

const block = claimBlock();
/** What this file has been given: a port is free until somebody listens on it. */
const given = new Set<number>();

/** Returns a TCP port that is free on every address, another at each call. */
export function freePort(): number {
  for (;;) {
    if (given.size === BLOCK_SIZE) {
      throw new Error(`a test file takes more than ${BLOCK_SIZE} ports`);
    }
    const port = block + Math.floor(Math.random() * BLOCK_SIZE);
    if (given.has(port)) continue;
    given.add(port);
    if (isFree(port)) return port;
  }
}

/**
 * Reports whether nobody listens on `port`. Where the kernel tells, no socket is opened to find out:
 * children that other tests of this process are starting would have copies of it until they run their
 * program, and the port would be taken as long.
 */
function isFree(port: number): boolean {
  if (Deno.build.os !== "linux") return getAvailablePort({ preferredPort: port }) === port;
  const listening = [...parseProcNet(tableOf("tcp")), ...parseProcNet(tableOf("tcp6"))];
  return !listening.some((socket) => socket.port === port);
}

/** Returns a table of sockets; "" if the kernel does without the protocol. */
function tableOf(protocol: "tcp" | "tcp6"): string {
  try {
    return Deno.readTextFileSync(`/proc/net/${protocol}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Returns the first port of a block that no other test file has. It is claimed until this one ends. */
function claimBlock(): number {
  const start = Math.floor(Math.random() * BLOCK_COUNT);
  for (let offset = 0; offset < BLOCK_COUNT; offset++) {
    const index = (start + offset) % BLOCK_COUNT;
    try {
      Deno.listen({ hostname: "127.0.0.1", port: FIRST_CLAIM + index });
      return FIRST_PORT + BLOCK_SIZE * index;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`${BLOCK_COUNT} test files run at once`);
}
