/** 10,000 idle keep-alive connections, each after one request: the memory for each. */
import { printTable, privateBytes } from "./measure.ts";
import { type RunningServer, starters } from "./servers.ts";

const CONNECTIONS = 10_000;
const AT_ONCE = 200;
const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: bench\r\n\r\n");

export async function benchIdle(): Promise<void> {
  const rows: string[][] = [];
  for (const start of await starters("nginx", "haproxy", "caddy")) {
    const server = await start({});
    try {
      rows.push([server.name, (await bytesEach(server)).toFixed(0)]);
    } finally {
      await server.stop();
    }
  }
  printTable(`${CONNECTIONS} idle keep-alive connections`, [["server", "bytes each"], ...rows]);
}

async function bytesEach(server: RunningServer): Promise<number> {
  for (const warm of await connect(server, AT_ONCE)) warm.close();
  await settled(server.pid);
  const before = privateBytes(server.pid);
  const connections: Deno.TcpConn[] = [];
  while (connections.length < CONNECTIONS) connections.push(...await connect(server, AT_ONCE));
  await settled(server.pid);
  const bytes = (privateBytes(server.pid) - before) / CONNECTIONS;
  for (const connection of connections) connection.close();
  return bytes;
}

/** Opens connections that have received one response each. */
function connect({ hostname, port }: RunningServer, count: number): Promise<Deno.TcpConn[]> {
  return Promise.all(Array.from({ length: count }, async () => {
    const connection = await Deno.connect({ hostname, port });
    await connection.write(REQUEST);
    await connection.read(new Uint8Array(1024));
    return connection;
  }));
}

/** Waits until the memory is stable, because garbage collectors have run by themselves. */
async function settled(pid: number): Promise<void> {
  let last = -1;
  for (let i = 0; i < 20 && privateBytes(pid) !== last; i++) {
    last = privateBytes(pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
