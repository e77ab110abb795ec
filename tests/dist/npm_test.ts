// Goal: `npm install httpcfg` and `npx httpcfg` give the program, with its arguments, streams, signals
// and exit statuses. Method: the real npm and Node, a registry on the loopback that has the packages
// as they would be published, and nothing else; the real program.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeNpmPackages } from "../../dist/npm.ts";
import { findTarget, TARGETS } from "../../dist/targets.ts";
import { freePort } from "../support/ports.ts";
import { endWithTest } from "../support/ending/test_end.ts";
import { endAll, processesAt } from "../support/ending/processes.ts";
import { waitFor } from "../support/wait.ts";
import { has, INFO, portable, ROOT, run, type RunResult } from "./support.ts";

const HOST = findTarget(Deno.build.target);
const OTHER = TARGETS.find((target) => target.name === "macos-arm64")!;
const ignore = Deno.build.os !== "linux" || HOST === undefined || !(await has("npm"));

interface Packed {
  readonly filename: string;
  readonly integrity: string;
  readonly shasum: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** A package as the registry has it. */
interface Published {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly packed: Packed;
}

class Place implements AsyncDisposable {
  readonly folder: string;
  readonly published = new Map<string, Published>();
  readonly [Symbol.asyncDispose]: () => Promise<void> = endWithTest(() => this.#end());
  readonly #registry: Deno.HttpServer<Deno.NetAddr>;

  private constructor(folder: string) {
    this.folder = folder;
    this.#registry = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
      (request) => this.#respond(request),
    );
  }

  /** Makes the packages of the real program, for this platform and another, and publishes them. */
  static async make(): Promise<Place> {
    const program = await portable("main.ts");
    const folder = dirOf(program);
    const place = new Place(folder);
    const built = [{ target: HOST!, path: program }, { target: OTHER, path: "/bin/true" }];
    const out = `${folder}/npm`;
    const folders = await writeNpmPackages({ root: ROOT, version: INFO.version, built, out });
    for (const path of folders) {
      const { code, stdout, stderr } = await place.run("npm", "pack", path, "--json");
      assertEquals(code, 0, stderr);
      const manifest = JSON.parse(await Deno.readTextFile(`${path}/package.json`));
      place.published.set(manifest.name, { manifest, packed: onlyOne(JSON.parse(stdout)) });
    }
    return place;
  }

  get launcher(): string {
    return `${this.folder}/node_modules/.bin/httpcfg`;
  }

  get env(): Record<string, string> {
    return {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: this.folder,
      HTTPCFG_HOME: `${this.folder}/home`,
      HTTPCFG_CACHE: `${this.folder}/unpacked`,
      npm_config_cache: `${this.folder}/npm-cache`,
      npm_config_registry: `http://127.0.0.1:${this.#registry.addr.port}/`,
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      npm_config_fund: "false",
    };
  }

  /** Runs a program in {@linkcode folder}. */
  run(...words: readonly string[]): Promise<RunResult> {
    return run(["env", "-C", this.folder, ...words], this.env);
  }

  spawn(...[program, ...args]: readonly [string, ...string[]]): Deno.ChildProcess {
    const { env, folder: cwd } = this;
    return new Deno.Command(program, { args, env, clearEnv: true, cwd, stderr: "null" }).spawn();
  }

  #respond(request: Request): Response | Promise<Response> {
    const { origin, pathname } = new URL(request.url);
    const name = decodeURIComponent(pathname.slice(1));
    if (name.endsWith(".tgz")) {
      return Deno.readFile(`${this.folder}/${name}`).then((bytes) => new Response(bytes));
    }
    const found = this.published.get(name);
    if (found === undefined) return new Response("{}", { status: 404 });
    const { manifest, packed: { filename, integrity, shasum } } = found;
    const dist = { tarball: `${origin}/${filename}`, integrity, shasum };
    const { version } = manifest;
    const versions = { [version]: { ...manifest, dist } };
    return Response.json({ name, "dist-tags": { latest: version }, versions });
  }

  async #end(): Promise<void> {
    await endAll(() => processesAt(this.folder));
    await this.#registry.shutdown();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Returns the one element of an array, or the one value of an object: npm 11 changed between them. */
function onlyOne(packed: Packed[] | Record<string, Packed>): Packed {
  const [only, ...others] = Object.values(packed);
  assert(only !== undefined && others.length === 0);
  return only;
}

Deno.test({
  name: "npm: the packages have the program, a launcher, the licence and a page, and no script",
  ignore,
  fn: async () => {
    await using place = await Place.make();
    const contents = [...place.published].map(([name, { packed }]) => {
      return [name, ...packed.files.map(({ path, mode }) => `${mode.toString(8)} ${path}`).sort()];
    });
    const text = ["644 LICENSE", "644 README.md", "644 package.json"];
    assertEquals(contents, [
      [`@httpcfg/${HOST!.name}`, ...text, "755 httpcfg"],
      ["@httpcfg/darwin-arm64", ...text, "755 httpcfg"],
      ["httpcfg", ...text, "755 bin/httpcfg.js"],
    ]);
    for (const { manifest } of place.published.values()) {
      assertEquals(["scripts", "dependencies"].filter((field) => field in manifest), []);
    }
    await installs(place);
    await passesOn(place);
    await serves(place);
    await explainsWhatIsMissing(place);
  },
});

/** Only the package of this platform is installed. */
async function installs(place: Place): Promise<void> {
  await Deno.writeTextFile(`${place.folder}/package.json`, "{}");
  const installed = await place.run("npm", "install", "httpcfg");
  assertEquals(installed.code, 0, installed.stderr);
  const packages = [...Deno.readDirSync(`${place.folder}/node_modules/@httpcfg`)];
  assertEquals(packages.map(({ name }) => name), [HOST!.name]);
}

/** Arguments, streams and exit statuses are those of the program. */
async function passesOn(place: Place): Promise<void> {
  const version = await place.run("npx", "httpcfg", "--version");
  const stdout = `httpcfg ${INFO.version} (${INFO.commit})\n`;
  assertEquals(version, { code: 0, stdout, stderr: "" });
  const httpcfg = (...words: string[]): Promise<RunResult> => place.run(place.launcher, ...words);
  assertEquals(await httpcfg("--version"), { code: 0, stdout, stderr: "" });
  assertEquals((await httpcfg("status")).code, 1);
  const set = ["set", "iplisten", "-i", "127.0.0.2"];
  assertEquals((await httpcfg(...set)).code, 0);
  const again = await httpcfg(...set);
  const said = "HttpSetServiceConfiguration completed with 183\n";
  assertEquals([again.code, again.stdout], [183, said]);
  const add = ["site", "add", "a 'b' $c", "--bind", `:${freePort()}:`, "--respond", "x  *"];
  assertEquals((await httpcfg(...add)).code, 0);
  assertEquals((await httpcfg("site", "remove", "Default Web Site")).code, 0);
  const script = `httpcfg config export | httpcfg config import - && httpcfg site list`;
  const piped = await place.run(
    "env",
    `PATH=${dirOf(place.launcher)}:${place.env.PATH}`,
    "sh",
    "-c",
    script,
  );
  assertEquals(piped.code, 0, piped.stderr);
  assertStringIncludes(piped.stdout, "a 'b' $c");
}

function dirOf(path: string): string {
  return path.replace(/\/[^/]*$/, "");
}

/** Signals reach the program, and the launcher ends as the program does. */
async function serves(place: Place): Promise<void> {
  const { stdout } = await place.run("node", "-p", "typeof process.execve");
  const canBecome = stdout === "function\n";
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const service = place.spawn(place.launcher, "serve");
    const pid = await servicePid(place);
    assertEquals(service.pid === pid, canBecome);
    service.kill(signal);
    assertEquals((await service.status).code, 0, signal);
    assertEquals(isAlive(pid), false, signal);
  }
  const killed = place.spawn(place.launcher, "serve");
  Deno.kill(await servicePid(place), "SIGKILL");
  assertEquals((await killed.status).signal, "SIGKILL");

  const ofNpx = place.spawn("npx", "httpcfg", "serve");
  const pid = await servicePid(place);
  ofNpx.kill("SIGTERM");
  await ofNpx.status;
  await waitFor(() => !isAlive(pid), "the service to end with npx");
}

/** Waits for a service, and returns its process id. */
async function servicePid(place: Place): Promise<number> {
  let pid = 0;
  await waitFor(async () => {
    const status = await place.run(place.launcher, "status", "--format", "json");
    if (status.code === 0) pid = JSON.parse(status.stdout).pid;
    return status.code === 0;
  }, "the service");
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** Without the package of the platform there is an error with a hint that cures it. */
async function explainsWhatIsMissing(place: Place): Promise<void> {
  const omitted = await place.run("npm", "install", "httpcfg", "--omit=optional");
  assertEquals(omitted.code, 0, omitted.stderr);
  const { code, stdout, stderr } = await place.run("npx", "httpcfg", "status");
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^error: Cannot start httpcfg: the package "@httpcfg\/\S+", which has the /);
  const hint = /\nhint: (.*)\n/.exec(stderr)![1]!;
  assertEquals((await place.run("sh", "-c", hint)).code, 0, hint);
  assertEquals((await place.run(place.launcher, "--version")).code, 0);

  const manifest = `${place.folder}/node_modules/httpcfg/package.json`;
  const changed = (await Deno.readTextFile(manifest)).replaceAll(
    "@httpcfg/linux-",
    "@httpcfg/sunos-",
  );
  await Deno.writeTextFile(manifest, changed);
  const unsupported = await place.run(place.launcher, "status");
  assertEquals([unsupported.code, unsupported.stderr.split("\n")[0]], [
    1,
    `error: Cannot start httpcfg on "${HOST!.name}": built for ${
      HOST!.name.replace("linux", "sunos")
    }, darwin-arm64`,
  ]);
}
