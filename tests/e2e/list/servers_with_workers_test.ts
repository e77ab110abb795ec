// Story: nginx, haproxy or node has the port, each with processes of its own. Every command names
// the server once, with its master, and the hint stops that one.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { endWithTest } from "../../support/ending/test_end.ts";
import { freePort } from "../../support/ports.ts";
import { kill, Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const ADDRESS = "127.0.0.2";
const WORKERS = 8;

/** A server in the foreground that has a port of {@linkcode ADDRESS}. */
class Server implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts it, and waits until its port accepts and it has `children` processes. */
  static async start(line: readonly string[], port: number, children: number): Promise<Server> {
    const [program, ...args] = line;
    const output = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const server = new Server(new Deno.Command(program!, { args, ...output }).spawn());
    await waitFor(() => server.children().length === children, "the processes of the server");
    await waitFor(async () => {
      const conn = await Deno.connect({ hostname: ADDRESS, port }).catch(() => null);
      conn?.close();
      return conn !== null;
    }, "the server to listen");
    return server;
  }

  get pid(): number {
    return this.#child.pid;
  }

  children(): number[] {
    const text = Deno.readTextFileSync(`/proc/${this.pid}/task/${this.pid}/children`);
    return text.trim().split(" ").filter((pid) => pid !== "").map(Number).sort((a, b) => a - b);
  }

  async #end(): Promise<void> {
    kill(this.#child, "SIGTERM");
    await this.#child.status;
  }
}

async function nginx(program: Program, port: number, options = ""): Promise<Server> {
  const path = `${program.home}/nginx.conf`;
  const user = Deno.uid() === 0 ? "user www-data;" : "";
  await Deno.writeTextFile(
    path,
    `${user} daemon off; worker_processes ${WORKERS}; pid ${program.home}/nginx.pid;
    error_log /dev/null; events { worker_connections 16; }
    http { access_log off; server { listen ${ADDRESS}:${port}${options}; return 204; } }`,
  );
  return await Server.start(["nginx", "-c", path], port, WORKERS);
}

/** Listens beside others (SO_REUSEPORT), or has children that do: ADDRESS PORT CHILDREN. */
const LISTEN = `import os, signal, socket, sys, time
def listen():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind((sys.argv[1], int(sys.argv[2])))
    s.listen()
    time.sleep(600)
if sys.argv[3] == "0": listen()
children = []
for _ in range(int(sys.argv[3])):
    pid = os.fork()
    if pid == 0: listen()
    children.append(pid)
def end(*_):
    for pid in children: os.kill(pid, signal.SIGKILL)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
time.sleep(600)
`;

/** Stores a site on a free port and one on `port`. */
async function storeSites(program: Program, port: number): Promise<void> {
  const sites = [freePort(), port].map((number, i) => {
    const bindings = [`${ADDRESS}:${number}:`];
    return { ...DEFAULT_DOCUMENT.sites[0]!, id: i + 1, name: `site ${i + 1}`, bindings };
  });
  const document = { ...DEFAULT_DOCUMENT, ipListen: [ADDRESS], sites };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
}

const isLinux = Deno.build.os === "linux";

if (isLinux) {
  testWith(["nginx"], "every command names nginx once, by its master", async () => {
    await using program = await Program.make();
    const port = freePort();
    await using server = await nginx(program, port);
    const shown = `nginx (pid ${server.pid} and ${WORKERS} workers)`;
    const workers = server.children();
    await storeSites(program, port);
    const json = async (line: string): Promise<string> => {
      return (await program.run(`${line} --format json`)).out;
    };
    const assertHolder = (holders: readonly unknown[] | undefined, line: string): void => {
      const user = Deno.uid() === 0 ? "root" : (holders?.[0] as Holder).user;
      const found = (holders as readonly Holder[]).map((one) => {
        return [one.pid, one.program, one.user, one.workers];
      });
      assertEquals(found, [[server.pid, "nginx", user, workers]], line);
    };

    const who = await program.run(`who ${port}`);
    assertEquals(who.out.trimEnd().split("\n").length, 1, who.out);
    assertStringIncludes(who.out, shown);
    assertEquals(who.err, `hint: ps -fp ${server.pid}\n`);
    assertHolder(JSON.parse(await json(`who ${port}`)).holders, "who");
    const rows = (await program.run(`who ${port} --format csv`)).out.trimEnd().split("\n");
    assertEquals(rows.map((row) => row.split(",").at(-1)), ["workers", workers.join(" ")]);

    assertStringIncludes((await program.run("plan")).out, shown);
    const { endpoints } = JSON.parse(await json("plan"));
    assertHolder(endpoints.find((one: { port: number }) => one.port === port).holders, "plan");
    const explain = `explain http://${ADDRESS}:${port}/`;
    assertStringIncludes((await program.run(explain)).out, `Served by ${shown}`);
    assertHolder(JSON.parse(await json(explain)).holders, "explain");

    const served = await program.serve();
    const status = await program.run("status");
    assertStringIncludes(status.out, shown);
    const refused = (await program.status()).endpoints.find((one) => one.port === port);
    assertHolder((refused as { holders?: Holder[] }).holders, "status");
    assertStringIncludes((await program.run("verify")).out, shown);
    const { findings } = JSON.parse(await json("verify"));
    const foreign = findings.filter(({ verdict }: { verdict: string }) => verdict === "foreign");
    assertHolder(foreign[0].holders, "verify");
    assertStringIncludes((await program.run("events")).out, shown);
    served.signal("SIGTERM");
    await served.ended;
  });

  testWith(
    ["python3", "sh"],
    "sockets side by side are one server's, or two programs'",
    async () => {
      await using program = await Program.make();
      const path = `${program.home}/listen.py`;
      await Deno.writeTextFile(path, LISTEN);
      const line = (port: number, children: number, ...before: string[]): string[] => {
        return [...before, "python3", path, ADDRESS, `${port}`, `${children}`];
      };
      const ports = [freePort(), freePort()] as const;
      await using server = await Server.start(line(ports[0], 2), ports[0], 2);
      const who = async (port: number): Promise<string[]> => {
        return (await program.do(`who ${port}`)).out.trimEnd().split("\n");
      };
      const [shown, ...none] = await who(ports[0]);
      assertEquals(none, []);
      assertStringIncludes(shown!, `(pid ${server.pid} and 2 workers)`);

      // Two of the same user, started by the same process with the same words, of which one through a
      // shell: neither is the other's worker.
      await using one = await Server.start(line(ports[1], 0), ports[1], 0);
      await using other = await Server.start(
        ["sh", "-c", '"$@" & wait', "sh", ...line(ports[1], 0)],
        ports[1],
        1,
      );
      await waitFor(async () => (await who(ports[1])).length === 2, "both");
      const lines = (await who(ports[1])).join("\n");
      for (const pid of [one.pid, other.children()[0]]) {
        assertStringIncludes(lines, `(pid ${pid}, `);
      }
      for (const pid of other.children()) {
        Deno.kill(pid, "SIGKILL");
      }
    },
  );

  testWith(["nginx"], "a start and a reload that fail name the master, and stop it", async () => {
    await using program = await Program.make();
    const [free, port] = [freePort(), freePort()];
    await using server = await nginx(program, port, " reuseport");
    const shown = `nginx (pid ${server.pid} and ${WORKERS} workers)`;
    const hint = `kill ${server.pid}\n`;
    await program.do("site remove W3SVC/1");
    await program.do(["set", "iplisten", "-i", ADDRESS]);
    await program.do(["site", "add", "one", "--bind", `${ADDRESS}:${port}:`, "--respond", "here"]);
    for (const line of ["serve", "net start w3svc"]) {
      const { status, err } = await program.run(line);
      assert(status !== 0, line);
      assertStringIncludes(err, shown, line);
      assertStringIncludes(err, hint, line);
    }
    await program.do(["site", "add", "two", "--bind", `${ADDRESS}:${free}:`, "--respond", "here"]);
    await program.do("site remove one");
    await program.do("net start w3svc");
    await program.do(["site", "add", "one", "--bind", `${ADDRESS}:${port}:`, "--respond", "here"]);
    const { status, err } = await program.run("reload");
    assert(status !== 0, err);
    assertStringIncludes(err, shown);
    assertStringIncludes(err, hint);
    assertEquals(err.includes(`${server.children()[0]}`), false, err);
    kill({ pid: server.pid, kill: (signal) => Deno.kill(server.pid, signal) }, "SIGTERM");
    await waitFor(async () => (await program.run(`who ${port}`)).status === 1, "a free port");
    await program.do("reload");
  });

  testWith(["haproxy"], "haproxy is named by its master, which has closed the socket", async () => {
    await using program = await Program.make();
    const port = freePort();
    const path = `${program.home}/haproxy.cfg`;
    await Deno.writeTextFile(
      path,
      `defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n` +
        `frontend f\n bind ${ADDRESS}:${port}\n`,
    );
    await using server = await Server.start(["haproxy", "-W", "-f", path], port, 1);
    const { out } = await program.run(`who ${port}`);
    const shown = `haproxy (pid ${server.pid} and 1 worker)`;
    assertStringIncludes(out, shown);
    // The service may start no program any more, and lists with the shell that it has.
    await storeSites(program, port);
    await program.serve();
    assertStringIncludes((await program.run("status")).out, shown);
  });

  testWith(["node"], "a cluster of node is named by its primary", async () => {
    await using program = await Program.make();
    const path = `${program.home}/cluster.cjs`;
    for (const policy of ["SCHED_NONE", "SCHED_RR"]) {
      const port = freePort();
      await Deno.writeTextFile(
        path,
        `const cluster = require("node:cluster");
        cluster.schedulingPolicy = cluster.${policy};
        if (cluster.isPrimary) for (let i = 0; i < 3; i++) cluster.fork();
        else require("node:http").createServer((_, r) => r.end()).listen(${port}, "${ADDRESS}");`,
      );
      await using server = await Server.start(["node", path], port, 3);
      const { holders } = JSON.parse((await program.run(`who ${port} --format json`)).out);
      assertEquals(holders.map(({ pid }: Holder) => pid), [server.pid], policy);
    }
  });

  testWith(["nginx"], "another user is told what it may know", async () => {
    await using program = await Program.make();
    const port = freePort();
    await using _server = await nginx(program, port);
    if (Deno.uid() !== 0) return;
    const { otherUser } = await import("../../support/other_user.ts");
    const { out, err } = await (await otherUser(program))(`who ${port}`);
    assertStringIncludes(out, `an unidentified process of user root on ${ADDRESS}:${port}`);
    assertEquals(err, `hint: sudo ss -atnp 'sport = :${port}'\n`);
  });
}

interface Holder {
  readonly pid: number | null;
  readonly program: string | null;
  readonly user: string;
  readonly workers: readonly number[];
}
