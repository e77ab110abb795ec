// Goal: programs share a port with the sites, and each gets its own requests and no others. Method:
// the real program, real upstream programs, a caller that is another user.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { bytes, startLocalProgram } from "../support/local_program.ts";
import { freePort } from "../support/ports.ts";
import { otherUser } from "../support/other_user.ts";
import { type Foreground, Program } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

const ignore = Deno.build.os === "windows";
const HOST = "127.0.0.2";
/**
 * Bytes in one request, in each direction, and the memory that the service may need for them.
 * Garbage is collected late, but a body that is held in memory would not fit.
 */
const LARGE_BYTES = 250_000_000;
const MEMORY_BYTES_MAX = 120_000_000;

interface Shared extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  readonly service: Foreground;
  /** Returns the status and text of the response to `path`. */
  get(path: string, port?: number): Promise<string>;
  /** Registers `path` for a program, and waits until it is registered. */
  register(path: string, to: string, more?: string): Promise<Foreground>;
}

/** Starts a service with one site at / on one port. */
async function share(urlAcl: ConfigDocument["urlAcl"] = []): Promise<Shared> {
  const program = await Program.make();
  const port = freePort();
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`] };
  const content = { kind: "respond", text: "site" } as const;
  const sites = [{ ...site, content }];
  const document = { ...DEFAULT_DOCUMENT, ipListen: [HOST], sites, urlAcl };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const service = await program.serve();
  return {
    program,
    port,
    service,
    get: async (path, at = port) => {
      const response = await fetch(`http://${HOST}:${at}${path}`);
      return `${response.status} ${await response.text()}`.slice(0, 40).split("\r\n")[0]!;
    },
    async register(path, to, more = ""): Promise<Foreground> {
      const url = path.startsWith("/") ? `http://+:${port}${path}` : path;
      const command = program.spawn(`register ${url} --to ${to}${more}`);
      const isReady = (): boolean => /lasts as long/.test(command.stderr()) || command.hasEnded();
      await waitFor(isReady, `register ${url}`);
      assertMatch(command.stderr(), /lasts as long/);
      return command;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

Deno.test({
  name: "two programs and a site share one address and port",
  ignore,
  async fn(): Promise<void> {
    await using shared = await share();
    await using a = await startLocalProgram("program a");
    await using b = await startLocalProgram("program b");
    assertEquals(await shared.get("/a/hello"), "200 site");
    const first = await shared.register("/a/", a.url);
    const second = await shared.register("/b/", b.url);
    const responses = async (): Promise<string[]> =>
      await Promise.all(["/a/hello", "/B/hello", "/ab/hello", "/"].map((path) => shared.get(path)));
    assertEquals(await responses(), ["200 program a", "200 program b", "200 site", "200 site"]);

    const sent = { "X-Forwarded-For": "6.6.6.6", "X-Private": "1", Connection: "x-private" };
    const seen = await (await fetch(`http://${HOST}:${shared.port}/a/headers`, { headers: sent }))
      .json();
    assertEquals(
      [seen["x-forwarded-for"], seen["x-forwarded-host"], seen["x-private"], seen.host],
      ["127.0.0.1", `${HOST}:${shared.port}`, undefined, `${HOST}:${shared.port}`],
    );
    assertEquals(await speakToSocket(`ws://${HOST}:${shared.port}/a/socket`), "ping");

    const { registrations } = await shared.program.status() as unknown as {
      registrations: { url: string; to: string }[];
    };
    assertEquals(registrations.map(({ url, to }) => [url, to]), [
      [`http://+:${shared.port}/a/`, a.url],
      [`http://+:${shared.port}/b/`, b.url],
    ]);
    const again = await shared.program.run(
      `register http://+:${shared.port}/a/ --to http://127.0.0.1:1`,
    );
    assertEquals(again.status, 183);
    assertMatch(again.err, /Cannot create a file when that file already exists \(183\)/);

    await a.kill();
    assertEquals((await responses()).map((text) => text.slice(0, 13)), [
      "502 502 Bad G",
      "200 program b",
      "200 site",
      "200 site",
    ]);
    first.signal("SIGTERM");
    second.signal("SIGKILL"); // however it ends
    await Promise.all([first.ended, second.ended]);
    await waitFor(
      async () => (await responses()).every((text) => text === "200 site"),
      "only responses of the site",
    );
  },
});

Deno.test({
  name: "a silent or absent program affects only its own clients",
  ignore,
  async fn(): Promise<void> {
    await using shared = await share();
    await using slow = await startLocalProgram("slow");
    await shared.register("/slow/", slow.url, " --timeout 1");
    await shared.register("/none/", `http://127.0.0.1:${freePort()}`);
    const waiting = shared.get("/slow/silent");
    assertEquals(await shared.get("/slow/hello"), "200 slow");
    assertMatch(await shared.get("/none/x"), /^502 /);
    assertEquals(await shared.get("/"), "200 site");
    assertMatch(await waiting, /^504 /);
    const lines = await shared.program.shell('cat "$HTTPCFG_HOME"/log/HTTPERR/*.log');
    await waitFor(async () => {
      const { out } = await shared.program.shell('cat "$HTTPCFG_HOME"/log/HTTPERR/*.log');
      return / 504 - GatewayTimeout /.test(out) && / 502 - BadGateway /.test(out);
    }, `both in the HTTPERR log: ${lines.out}`);
  },
});

Deno.test({
  name: "a port that only a program uses is open as long as the program is registered",
  ignore,
  async fn(): Promise<void> {
    await using shared = await share();
    await using a = await startLocalProgram("program a");
    const { program } = shared;
    const port = freePort();
    const command = await shared.register(`http://+:${port}/app/`, a.url);
    assertEquals(await shared.get("/app/hello", port), "200 program a");
    assertMatch(await shared.get("/", port), /^404 /);
    await program.do(["register", `http://*:${port}/kept/`, "--to", a.url, "--keep"]);

    await program.do("net stop w3svc"); // the sites stop, the programs stay
    assertEquals(await shared.get("/app/hello", port), "200 program a");
    assertEquals(await accepts(shared.port), false);
    await program.do("net start w3svc");
    assertEquals([await shared.get("/"), await shared.get("/app/hello", port)], [
      "200 site",
      "200 program a",
    ]);

    command.signal("SIGTERM");
    await waitFor(
      async () => /^404/.test(await shared.get("/app/hello", port)),
      "the end of the registration",
    );
    assertEquals(await shared.get("/kept/hello", port), "200 program a");
    await program.do(`unregister http://*:${port}/kept/`);
    await waitFor(async () => !await accepts(port), "the end of the listener");
    assertEquals((await program.run(`unregister http://*:${port}/kept/`)).status, 2);

    using foreign = Deno.listen({ hostname: HOST, port: 0 });
    const held = (foreign.addr as Deno.NetAddr).port;
    const refused = await program.run(`register http://+:${held}/x/ --to ${a.url}`);
    assertEquals(refused.status, 32);
    assertMatch(refused.err, /because it is being used by another process \(32\)/);

    const last = await shared.register("/last/", a.url);
    await program.do("net stop http /y");
    assertEquals(await last.ended, 1);
    assertMatch(last.stderr(), /the HTTP service stopped/);
  },
});

Deno.test({
  name: "another user can register what a reservation allows, and nothing else",
  ignore: ignore || Deno.uid() !== 0, // only root can become another user
  async fn(): Promise<void> {
    await using shared = await share();
    await using a = await startLocalProgram("program a");
    const { program, port } = shared;
    const asNobody = await otherUser(program);
    const [mine, other] = [`http://+:${port}/mine/`, `http://+:${port}/other/`];

    const refused = await asNobody(`register ${mine} --to ${a.url}`);
    assertEquals([refused.status, refused.out], [5, ""]);
    assertMatch(refused.err, /Access is denied \(5\): no reservation covers it/);
    assertMatch(
      refused.err,
      /hint: sudo env HTTPCFG_HOME=\S+ httpcfg set urlacl -u .*S-1-22-1-65534/,
    );
    assertEquals(await shared.get("/mine/hello"), "200 site");

    await program.do(["set", "urlacl", "-u", mine, "-a", "D:(A;;GX;;;S-1-22-1-65534)"]);
    assertMatch(await shared.get("/mine/hello"), /^503 /, "a reservation takes effect at once");
    await program.do(["register", other, "--to", a.url, "--keep"]);
    const granted = await asNobody(`register ${mine} --to ${a.url} --keep`);
    assertEquals([granted.status, granted.err], [0, ""]);
    assertEquals(await shared.get("/mine/hello"), "200 program a");
    const list = await program.run("registrations --format csv");
    assertMatch(list.out, new RegExp(`/mine/,${a.url},65534,true,`));

    assertEquals((await asNobody(`register ${other}x/ --to ${a.url}`)).status, 5);
    assertEquals((await asNobody(`register ${mine}x/ --to unix:/run/docker.sock`)).status, 5);
    assertEquals((await asNobody(`unregister ${other}`)).status, 5);
    assertEquals((await asNobody("status")).status, 1, "the control socket is private");
    assertEquals((await program.run(`register ${mine}root/ --to ${a.url}`)).status, 5);

    assertEquals((await asNobody(`unregister ${mine}`)).status, 0);
    assertMatch(await shared.get("/mine/hello"), /^503 /, "reserved, but not registered");
    await program.do(["delete", "urlacl", "-u", mine]);
    assertEquals(await shared.get("/mine/hello"), "200 site");
    assertEquals(await shared.get("/other/hello"), "200 program a");
  },
});

Deno.test({
  name: "large bodies pass through in little memory, in both directions",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using shared = await share();
    await using a = await startLocalProgram("program a");
    await shared.register("/a/", a.url);
    const url = `http://${HOST}:${shared.port}/a`;
    await download(`${url}/download?1000000`);
    const before = peakBytes(shared.service.pid);
    assertEquals(await download(`${url}/download?${LARGE_BYTES}`), LARGE_BYTES);
    const sent = await fetch(`${url}/upload`, { method: "POST", body: bytes(LARGE_BYTES) });
    assertEquals(await sent.text(), `${LARGE_BYTES}`);
    const grown = peakBytes(shared.service.pid) - before;
    assert(grown < MEMORY_BYTES_MAX, `memory grew by ${grown} bytes`);
  },
});

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: HOST, port })).close();
    return true;
  } catch {
    return false;
  }
}

async function speakToSocket(url: string): Promise<string> {
  const socket = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.onopen = (): void => socket.send("ping");
  socket.onmessage = ({ data }): void => resolve(data);
  socket.onerror = (): void => reject(new Error("the socket failed"));
  const received = await promise;
  const closed = new Promise((done) => socket.onclose = done);
  socket.close();
  await closed;
  return received;
}

async function download(url: string): Promise<number> {
  let count = 0;
  for await (const piece of (await fetch(url)).body ?? []) count += piece.length;
  return count;
}

/** Returns the peak memory of a process. */
function peakBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s*([0-9]+)/.exec(status)?.[1]) * 1024;
}
