// Goal: the program for Windows does what it promises, on Windows as far as Wine is that. Method: the
// zip file of a release, unpacked in a directory whose name has a space; a day of an administrator, each
// command with its whole output; requests with names that Windows reads as something else.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { unzip } from "../../../dist/zip.ts";
import { freePort } from "../../support/ports.ts";
import type { Result } from "../../support/program.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";
import {
  makeWineRoot,
  missingForWine,
  windowsPath,
  WineMachine,
} from "../../support/wine/wine_machine.ts";
import { buildProgram } from "../support.ts";

const ZIP = "httpcfg-windows-x64.zip";
const NAME = "the program for Windows keeps its promises under Wine";
const temporary = missingForWine() === null ? await tempFolder() : null;
const root = temporary === null ? null : await makeWineRoot(temporary.at("root"));
const missing = missingForWine() ?? (root === null ? "packages of Debian 13" : null);
if (root === null) await temporary?.[Symbol.asyncDispose]();
const name = missing === null ? NAME : `${NAME} (skipped: no ${missing})`;

const UP = "The World Wide Web Publishing Service service is starting.\n" +
  "The World Wide Web Publishing Service service was started successfully.\n\n";
const DOWN = [
  "The following services are dependent on the HTTP service.",
  "Stopping the HTTP service will also stop these services.",
  "",
  "   World Wide Web Publishing Service",
  "   HTTP SSL",
  "",
  ...["World Wide Web Publishing Service", "HTTP SSL", "HTTP"].flatMap((service) => [
    `The ${service} service is stopping.`,
    `The ${service} service was stopped successfully.`,
    "",
  ]),
].join("\n") + "\n";

/** The program, unpacked on the machine. */
class Story {
  readonly home: string;
  readonly #machine: WineMachine;
  readonly #lib: string;
  readonly #flags: readonly string[];

  constructor(machine: WineMachine, lib: string) {
    this.home = `${machine.folder}/a home`;
    this.#machine = machine;
    this.#lib = windowsPath(lib);
    this.#flags = JSON.parse(Deno.readTextFileSync(`${lib}/start.json`)).run;
  }

  /** Runs httpcfg with the words of `line`, of which those in single quotes are one. */
  run(line: string): Promise<Result> {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
    const run = ["run", ...this.#flags];
    return this.#machine.run(
      [`${this.#lib}\\deno.exe`, ...run, `${this.#lib}\\main.js`, ...words],
      { ...this.#env, HTTPCFG_RUN: run.join(" "), DENO_DIR: `${this.#lib}\\cache` },
    );
  }

  /** Runs it, and compares all that it says. */
  async says(line: string, out: string, { err = "", status = 0 } = {}): Promise<void> {
    assertEquals(await this.run(line), { status, out, err }, line);
  }

  /** Runs httpcfg.cmd, as a person does. */
  batch(line: string): Promise<Result> {
    const file = this.#lib.replace(/lib$/, "httpcfg.cmd");
    return this.#machine.run(["cmd", "/c", file, ...line.split(" ")], this.#env);
  }

  get #env(): Record<string, string> {
    return { HTTPCFG_HOME: windowsPath(this.home) };
  }
}

/** Returns the status and the body of the response to a request for `target`, as it is. */
async function request(port: number, target: string): Promise<[status: number, body: string]> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
  await conn.write(new TextEncoder().encode(head));
  const text = await new Response(conn.readable).text();
  return [Number(text.split(" ")[1]), text.slice(text.indexOf("\r\n\r\n") + 4)];
}

async function isClosed(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return false;
  } catch {
    return true;
  }
}

/** Returns the short name of the file in `folder` with a long one. */
async function shortNameOf(machine: WineMachine, folder: string): Promise<string> {
  const { out } = await machine.run(["cmd", "/c", "dir", "/x", windowsPath(folder)]);
  const [, short = ""] = /(\S+) +a long name\.txt/.exec(out) ?? [];
  assertMatch(short, /~/, out);
  return short;
}

function listOf(ips: readonly string[]): string {
  const lines = ips.map((ip) => `    ${ip}\n`).join("");
  return `\nIP addresses present in the IP listen list:\n${"-".repeat(43)}\n\n${lines}\n`;
}

/** What is not served, or only by its own name, whatever the file system finds. */
const TARGETS: readonly (readonly [target: string, status: number])[] = [
  ["/INDEX.HTML", 200],
  ["/a%20long%20name.txt", 200],
  ["/sub%20folder/file.txt", 200],
  ["/con", 404],
  ["/CON.html", 404],
  ["/nul.txt", 404],
  ["/index.html::$DATA", 404],
  ["/index.html:x", 404],
  ["/index.html.", 404],
  ["/index.html%20", 404],
  ["/sub%20folder./File.TXT", 404],
  ["/.hidden", 404],
  ["/..%5cbuilt", 400],
  ["/..\\..\\x", 400],
  ["/C:/windows/win.ini", 404],
];

Deno.test({ name, ignore: missing !== null }, async (t) => {
  await using temp = temporary!;
  const folder = temp.at("machine");
  const lib = `${folder}/Program Files/httpcfg/lib`;
  await Deno.mkdir(lib, { recursive: true });
  await buildProgram(temp.at("built"), "--portable", "--target=windows-x64", "--runtime=npm");
  for (const { name, content } of unzip(await Deno.readFile(temp.at(`built/${ZIP}`)))) {
    await Deno.writeFile(`${lib}/../${name}`, content);
  }
  await using machine = await WineMachine.start(root!, folder);
  const story = new Story(machine, lib);
  const [port, securePort, newPort] = [freePort(), freePort(), freePort()];
  const www = `${folder}/www`;
  await Deno.mkdir(`${www}/sub folder`, { recursive: true });
  const files = ["index.html", "a long name.txt", ".hidden", "con", "sub folder/File.TXT"];
  for (const name of files) await Deno.writeTextFile(`${www}/${name}`, name);

  await t.step("httpcfg.cmd starts it, and prepares its cache", async () => {
    const { status, out } = await story.batch("--version"); // Wine tells of its own first start
    assertEquals(status, 0);
    assertMatch(out, /^httpcfg \d+\.\d+\.\d+ \(\w+\+?\)\n$/);
  });

  await t.step("the list is stored, and shown by each tool", async () => {
    await story.says("set iplisten -i 127.0.0.1", "HttpSetServiceConfiguration completed with 0\n");
    const query = await story.batch("query iplisten");
    assertEquals(query, { status: 0, out: "IP :127.0.0.1\n", err: "" });
    await story.says("netsh http show iplisten", listOf(["127.0.0.1"]));
    const script = `${folder}/a script.txt`;
    await Deno.writeTextFile(script, "http\r\nadd iplisten ::1\r\nshow iplisten\r\n");
    const ran = await story.run(`netsh -f '${windowsPath(script)}'`);
    assertEquals([ran.status, ran.err], [0, ""], ran.out);
    assertStringIncludes(ran.out, listOf(["127.0.0.1", "::1"]));
    await story.says(
      "delete iplisten -i ::1",
      "HttpDeleteServiceConfiguration completed with 0\n",
    );
  });

  await t.step("sites and a certificate are stored", async () => {
    await story.says(`site set W3SVC/1 --bind 127.0.0.1:${port}: --root ${windowsPath(www)}`, "");
    const made = await story.run("cert create --self-signed --name wine.example --ip 127.0.0.1");
    const hash = made.out.trim();
    assertMatch(hash, /^[0-9a-f]{40}$/, made.err);
    const app = "{00112233-4455-6677-8899-aabbccddeeff}";
    await story.says(
      `netsh http add sslcert ipport=127.0.0.1:${securePort} certhash=${hash} appid=${app}`,
      "\nSSL Certificate successfully added\n\n",
    );
    await story.says(`site set W3SVC/1 --bind-tls 127.0.0.1:${securePort}:`, "");
  });

  await t.step("net start starts it, and it serves", async () => {
    await story.says("net start w3svc", UP);
    assertEquals(await request(port, "/"), [200, "index.html"]);
    const cert = await Deno.readTextFile(`${story.home}/certs/MY/wine.example.pem`);
    using client = Deno.createHttpClient({ caCerts: [cert] });
    const secure = await fetch(`https://127.0.0.1:${securePort}/`, { client });
    assertEquals([secure.status, await secure.text()], [200, "index.html"]);
    const { endpoints } = JSON.parse((await story.run("status --format json")).out) as {
      endpoints: { port: number; state: string }[];
    };
    assertEquals(
      endpoints.map(({ port, state }) => `${port} ${state}`).sort(),
      [`${port} open`, `${securePort} open`].sort(),
    );
  });

  await t.step("names that Windows reads as something else are not there", async () => {
    const short: [string, number] = [`/${await shortNameOf(machine, www)}`, 404];
    for (const [target, status] of [...TARGETS, short]) {
      assertEquals((await request(port, target))[0], status, target);
    }
  });

  await t.step("reload brings a change into force, and closes nothing else", async () => {
    const both = `--bind 127.0.0.1:${port}: --bind 127.0.0.1:${newPort}:`;
    assertEquals((await story.run(`site set W3SVC/1 ${both}`)).status, 0);
    const reloaded = await story.run("reload --yes");
    assertEquals(reloaded.status, 0, reloaded.err);
    assertStringIncludes(reloaded.out, `127.0.0.1:${newPort}`);
    assertEquals(await request(newPort, "/"), [200, "index.html"]);
    assertEquals(await request(port, "/"), [200, "index.html"]);
  });

  await t.step("what it says about the machine is true, or that it is not known", async () => {
    // Wine's netstat lists no socket: that nobody has the port would be a claim.
    const who = await story.run(`who ${port} --format json`);
    assertEquals([who.status, JSON.parse(who.out).known], [3, false], who.err);
    const verified = await story.run("verify");
    assertEquals(verified.status, 0, verified.out + verified.err);
    assertMatch(verified.out + verified.err, /\d+ checks?: all as expected\n$/);
    await story.says("register http://+:80/app/ --to http://127.0.0.1:3000", "", {
      status: 1,
      err: "error: Cannot register on Windows: the caller cannot be identified there\n",
    });
  });

  await t.step("restart, stop, and the history of it all", async () => {
    assertEquals((await story.run("restart")).out, DOWN + UP);
    assertEquals(await request(port, "/"), [200, "index.html"]);
    await story.says("net stop http /y", DOWN);
    await waitFor(() => isClosed(port), "the end of the service");
    const { history } = JSON.parse((await story.run("history --format json")).out) as {
      history: { command: string | null }[];
    };
    const commands = history.map(({ command }) => command);
    assertEquals(commands[1], "httpcfg set iplisten -i 127.0.0.1");
    assert(commands.includes("httpcfg delete iplisten -i ::1"), commands.join("\n"));
  });
});
