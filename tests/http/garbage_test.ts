// Goal: what has come and gone is freed by the next collection of the young generation, which costs
// nothing for the dead; only the long collections free what outlives it. Method: this file again as
// a program of its own, which calls the collector by hand.
import { assert } from "@std/assert";
import { SiteFiles } from "../../mod/site/static/file_access.ts";
import { Deadlines } from "../../mod/site/proxy/deadlines.ts";
import { UpstreamConnection } from "../../mod/site/proxy/upstream_connection.ts";
import { UpstreamPool } from "../../mod/site/proxy/upstream_pool.ts";
import type { ByteStream } from "../../mod/base/exchange.ts";
import type { Endpoint, Ip } from "../../mod/base/address.ts";
import { PlaceCounts } from "../../mod/host/serving/place_counts.ts";
import { HELLO, TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";

/** Bytes that all calls together may leave: the runtime and the compiler keep some. */
const LEFT_MAX = 1024 * 1024;
const GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const CALLS = 20_000;
/** The garbage of so many calls is collected at once. */
const CALLS_PER_COLLECTION = 200;

declare const gc: (options: { readonly type: "minor" | "major" }) => void;

/** Each is called again and again, and should leave nothing. */
const WORK = {
  connections(): () => Promise<void> {
    const engine = new TestEngine(() => HELLO);
    return async () => {
      const stream = engine.connect(new FakeStream());
      stream.send(GET);
      await engine.quiet();
      engine.served.length = 0;
    };
  },
  places(): () => Promise<void> {
    const counts = new PlaceCounts();
    return async () => {
      counts.add("");
      await Promise.resolve();
      counts.subtract("");
    };
  },
  upstreams(): () => Promise<void> {
    let receive: (count: number) => void = () => {};
    const conn: ByteStream = {
      read: () => new Promise((resolve) => receive = resolve),
      write: (bytes) => Promise.resolve(bytes.length),
      closeWrite: () => Promise.resolve(),
      close: () => {},
    };
    const deadlines = stoppedDeadlines();
    const connect = (): Promise<UpstreamConnection> =>
      Promise.resolve(new UpstreamConnection(conn, "us", deadlines));
    const pool = new UpstreamPool(connect, deadlines, { connectMs: 5000, onSurplus: () => {} });
    const client: Endpoint = { ip: "127.0.0.1" as Ip, port: 1 };
    return async () => {
      const connection = pool.acquireIdle(client) ?? await pool.open();
      const filled = connection.fill();
      receive(1);
      await filled;
      connection.start = connection.end;
      pool.release(connection, { client, keepAliveSeconds: null });
    };
  },
  deadlines(): () => Promise<void> {
    const deadlines = stoppedDeadlines();
    const ofAll = deadlines.make(() => {});
    return async () => {
      const garbage = new Array(100).fill(0);
      const deadline = deadlines.make(() => void garbage.push(ofAll));
      await Promise.resolve();
      deadline.end();
    };
  },
  fileOperations(): () => Promise<void> {
    const places = {
      timeoutTick: () => 10,
      nextTick: () => Promise.resolve(),
      mayStart: () => true,
      started: () => {},
      ended: () => {},
    };
    const files = new SiteFiles(places);
    return async () => {
      const garbage = new Array(100).fill(0);
      await files.run(async () => {
        await Promise.resolve();
        return garbage.length;
      });
    };
  },
};

/** Deadlines for which no time passes. */
function stoppedDeadlines(): Deadlines {
  return new Deadlines({ nowMs: () => 0, start: () => () => {} });
}

for (const name of Object.keys(WORK)) {
  Deno.test(`${name} that are over do not outlive a short collection`, async () => {
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--v8-flags=--expose-gc", import.meta.url, name],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const left = Number(new TextDecoder().decode(stdout));
    assert(left < LEFT_MAX, `${left} bytes`);
  });
}

if (import.meta.main) {
  const call = WORK[Deno.args[0] as keyof typeof WORK]();
  const repeat = async (calls: number): Promise<void> => {
    for (let done = 0; done < calls; done += CALLS_PER_COLLECTION) {
      for (let i = 0; i < CALLS_PER_COLLECTION; i++) await call();
      gc({ type: "minor" });
    }
  };
  await repeat(CALLS); // compiles it
  gc({ type: "major" });
  const { heapUsed } = Deno.memoryUsage();
  await repeat(CALLS);
  const left = Deno.memoryUsage().heapUsed - heapUsed;
  Deno.stdout.writeSync(new TextEncoder().encode(`${left}`));
}
