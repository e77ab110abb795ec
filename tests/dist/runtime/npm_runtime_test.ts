// Goal: a runtime from npm is that of the running Deno's version, from the registry that npm is
// configured with, unaltered; what is wrong is said. Method: the real npm, and a registry on the
// loopback with small packages.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fetchRuntime, hasIntegrity } from "../../../dist/npm_runtime.ts";
import { BuildError } from "../../../dist/run.ts";
import { tarParts } from "../../../dist/tar.ts";
import { TARGETS } from "../../../dist/targets.ts";
import { has } from "../support.ts";

const VERSION = Deno.version.deno;
const CONTENT = "the runtime for ";

interface Registry {
  /** The paths that were asked for. */
  readonly asked: string[];
  /** Changes what is sent for a package. */
  spoil: (change: Partial<Package>) => void;
  fetch(name: string): Promise<string>;
}

/** What the registry has of every package. */
interface Package {
  readonly version: string;
  readonly file: (windows: boolean) => string;
  /** Changes the archive after its checksum was taken. */
  readonly alter: (archive: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

/** An archive with one file, as npm packs it. */
async function archiveOf(file: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const entry = { name: "FILE", content: new TextEncoder().encode(text), mode: 0o755 };
  const tar = await new Blob(tarParts([entry])).bytes();
  const name = new TextEncoder().encode(`package/${file}`);
  tar.set(name);
  // The header's own checksum, without that of the name that was replaced.
  const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);
  const old = parseInt(new TextDecoder().decode(tar.subarray(148, 154)), 8);
  const changed = old + sum(name) - sum(new TextEncoder().encode("FILE"));
  tar.set(new TextEncoder().encode(changed.toString(8).padStart(6, "0")), 148);
  return new Uint8Array(gzipSync(tar));
}

async function withRegistry(test: (registry: Registry) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  const asked: string[] = [];
  let current: Package = {
    version: VERSION,
    file: (windows) => windows ? "deno.exe" : "deno",
    alter: (archive) => archive,
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    async (request) => {
      const { origin, pathname } = new URL(request.url);
      const path = decodeURIComponent(pathname.slice(1));
      asked.push(path);
      const name = path.replace(/\.tgz$/, "");
      if (!TARGETS.some(({ runtime }) => runtime === name)) {
        return Response.json({}, { status: 404 });
      }
      const archive = await archiveOf(current.file(name.includes("win32")), CONTENT + name);
      if (path.endsWith(".tgz")) return new Response(current.alter(archive));
      const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
      const { version } = current;
      const dist = { tarball: `${origin}/${name}.tgz`, integrity };
      const versions = { [version]: { name, version, dist } };
      return Response.json({ name, "dist-tags": { latest: version }, versions });
    },
  );
  const env: readonly (readonly [name: string, value: string])[] = [
    ["npm_config_registry", `http://127.0.0.1:${server.addr.port}/`],
    ["npm_config_cache", `${folder}/cache`],
    ["npm_config_fetch_retries", "0"],
  ];
  const before = env.map(([name]) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of env) Deno.env.set(name, value);
  try {
    await test({
      asked,
      spoil: (change) => current = { ...current, ...change },
      async fetch(name): Promise<string> {
        const target = TARGETS.find((one) => one.name === name)!;
        const path = await fetchRuntime(target, folder);
        return await Deno.readTextFile(path);
      },
    });
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

async function messageOf(failing: Promise<unknown>): Promise<string> {
  const error = await failing.catch((thrown) => thrown);
  assert(error instanceof BuildError, String(error));
  return error.message;
}

const ignore = !(await has("npm"));

Deno.test({
  name: "fetchRuntime() gives the file for the platform, and fetches nothing twice",
  ignore,
  fn: () =>
    withRegistry(async ({ asked, fetch }) => {
      assertEquals(await fetch("windows-x64"), `${CONTENT}@deno/win32-x64`);
      const before = [...asked];
      assertEquals(await fetch("windows-x64"), `${CONTENT}@deno/win32-x64`);
      assertEquals(asked, before, "it is in npm's cache");
    }),
});

Deno.test({
  name: "fetchRuntime() refuses what is not the package of this version, whole and unaltered",
  ignore,
  fn: () =>
    withRegistry(async ({ spoil, fetch }) => {
      const fetched = `Cannot fetch the runtime "@deno/darwin-x64@${VERSION}" from npm: `;
      const hint = "\nhint: --runtime=FILE, with the deno executable for macos-x64";
      spoil({ alter: (archive) => archive.with(archive.length - 1, 1) });
      const altered = await messageOf(fetch("macos-x64"));
      assertStringIncludes(altered, `${fetched}sha512-`);
      assertStringIncludes(altered, hint);
      spoil({ alter: (archive) => archive, file: () => "README.md" });
      assertEquals(
        await messageOf(fetch("windows-arm64")),
        [
          `Cannot fetch the runtime "@deno/win32-arm64@${VERSION}" from npm: `,
          "the package has no file deno.exe",
          "\nhint: --runtime=FILE, with the deno executable for windows-arm64",
        ].join(""),
      );
    }),
});

Deno.test({
  name: "fetchRuntime() takes no other version, and says that a registry cannot be reached",
  ignore,
  fn: () =>
    withRegistry(async ({ spoil, fetch }) => {
      spoil({ version: "2.0.0" });
      assertStringIncludes(await messageOf(fetch("linux-x64")), " from npm: No match");
      Deno.env.set("npm_config_registry", "http://127.0.0.1:1/");
      assertStringIncludes(await messageOf(fetch("linux-x64")), "connect ECONNREFUSED");
    }),
});

Deno.test("hasIntegrity() compares SHA-512 alone, any of several", () => {
  const bytes = new TextEncoder().encode("runtime");
  const sum = (algorithm: string): string =>
    `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;
  assert(hasIntegrity(bytes, sum("sha512")));
  assert(hasIntegrity(bytes, `sha512-AAAA ${sum("sha512")}`));
  for (const wrong of ["", "sha512-", sum("sha1"), sum("sha256"), sum("sha512").slice(0, -4)]) {
    assert(!hasIntegrity(bytes, wrong), wrong);
  }
});
