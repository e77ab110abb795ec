// Goal: the install script installs only what was signed, and nothing older. Method: a release of
// tiny programs, made as the workflow makes it, with a key pair of this test; then everything that
// can be wrong with it. A server for the downloads.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { makeRelease, readKeys, SBOM_FILE } from "../../dist/release.ts";
import { BuildError } from "../../dist/run.ts";
import { sumsOf } from "../../dist/sums.ts";
import { findTarget, releaseName, TARGETS } from "../../dist/targets.ts";
import { makeSelfSigned } from "../../mod/config/certs/self_signed.ts";
import { has, ROOT, run, type RunResult, standIn } from "./support.ts";

const NAME = releaseName(findTarget(Deno.build.target)!);

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newKeys(): Keys {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function pem({ publicKey }: Keys): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

interface Release {
  readonly folder: string;
  readonly keys: Keys;
  /** The installed program, or null. */
  installed(): string | null;
  install(...options: string[]): Promise<RunResult>;
  /** With only these programs in the path, besides those of `sh` scripts. */
  installWith(tools: readonly string[], ...options: string[]): Promise<RunResult>;
  /** Makes the release anew with programs of `version`. */
  make(version: string, keys?: Keys): Promise<void>;
}

const BASIC = [
  ...["sh", "uname", "mktemp", "rm", "cp", "mv", "mkdir", "chmod", "dirname", "sed", "awk", "cat"],
  ...["ln", "tail", "sha256sum", "id", "readlink", "ls", "grep", "rmdir", "tr"],
];

async function withRelease(test: (release: Release) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  const prefix = `${folder}/usr`;
  const files = `${folder}/files`;
  const keys = newKeys();
  const make = async (version: string, other = keys): Promise<void> => {
    await Deno.remove(files, { recursive: true }).catch(() => {});
    await Deno.mkdir(files);
    for (const target of TARGETS) {
      await Deno.writeTextFile(`${files}/${releaseName(target)}`, standIn(version));
    }
    await makeRelease(files, ROOT, other);
  };
  const install = (path: string, options: readonly string[]): Promise<RunResult> => {
    const command = ["/bin/sh", `${files}/install.sh`, "--prefix", prefix, ...options];
    return run(command, {
      PATH: path,
      HOME: folder,
      CURL_HOME: folder,
      WGETRC: `${folder}/wgetrc`,
    });
  };
  try {
    await make("1.2.3");
    await test({
      folder: files,
      keys,
      installed(): string | null {
        try {
          return Deno.readTextFileSync(`${prefix}/bin/httpcfg`);
        } catch {
          return null;
        }
      },
      install: (...options) => install(`${prefix}/bin:/usr/bin:/bin`, options),
      async installWith(tools, ...options): Promise<RunResult> {
        const path = await Deno.makeTempDir({ dir: folder });
        for (const tool of [...BASIC, ...tools.filter((name) => !name.startsWith("/"))]) {
          const found = await run(["/bin/sh", "-c", `command -v ${tool}`], {
            PATH: "/usr/bin:/bin",
          });
          await Deno.symlink(found.stdout.trim(), `${path}/${tool}`);
        }
        for (const tool of tools.filter((name) => name.startsWith("/"))) {
          await Deno.symlink(tool, `${path}/${tool.slice(tool.lastIndexOf("/") + 1)}`);
        }
        return await install(path, options);
      },
      make,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("install.sh installs the program, its manual pages and its completions", () =>
  withRelease(async ({ folder, install, installed }) => {
    const { code, stdout, stderr } = await install();
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "httpcfg 1.2.3 (stand-in)\n");
    assertEquals(installed(), standIn("1.2.3"));
    const share = `${folder}/../usr/share`;
    assertEquals(await Deno.readTextFile(`${share}/man/man5/httpcfg-config.5`), "stand-in 1.2.3\n");
    const completion = await Deno.readTextFile(`${share}/bash-completion/completions/httpcfg`);
    assertEquals(completion, "stand-in 1.2.3 completions bash\n");
    assertEquals([...Deno.readDirSync(`${share}/../bin`)].map(({ name }) => name), ["httpcfg"]);
    const sums = await run(["/bin/sh", "-c", `cd ${folder} && sha256sum -c SHA256SUMS`], {
      PATH: "/usr/bin:/bin",
    });
    assertEquals([sums.code, sums.stderr], [0, ""]);
    assertStringIncludes(sums.stdout, `${SBOM_FILE}: OK\n`);
    assertStringIncludes(sums.stdout, "install.sh: OK\n");
  }));

/** What can be wrong with a download: how it becomes so, and what is said. */
const WRONG: readonly (readonly [
  what: string,
  change: (release: Release) => Promise<void>,
  says: RegExp,
])[] = [
  [
    "an altered program",
    ({ folder }) => Deno.writeTextFile(`${folder}/${NAME}`, `${standIn("1.2.3")}# more`),
    /checksum does not match SHA256SUMS\nhint: /,
  ],
  [
    "an altered program with its checksum",
    async ({ folder }): Promise<void> => {
      await Deno.writeTextFile(`${folder}/${NAME}`, `${standIn("1.2.3")}# more`);
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
      const listed = names.filter((name) => !name.startsWith("SHA256SUMS"));
      await Deno.writeTextFile(`${folder}/SHA256SUMS`, await sumsOf(folder, listed));
    },
    /SHA256SUMS is not what was signed with the release key\nhint: /,
  ],
  [
    "the signature of another key",
    async ({ folder, make }): Promise<void> => {
      const script = await Deno.readTextFile(`${folder}/install.sh`);
      await make("1.2.3", newKeys());
      await Deno.writeTextFile(`${folder}/install.sh`, script);
    },
    /SHA256SUMS is not what was signed with the release key\nhint: /,
  ],
  [
    "no signature",
    ({ folder }) => Deno.remove(`${folder}/SHA256SUMS.sig`),
    /Cannot fetch "SHA256SUMS.sig" from ".*"\nhint: /,
  ],
  [
    "an empty signature",
    ({ folder }) => Deno.writeTextFile(`${folder}/SHA256SUMS.sig`, ""),
    /SHA256SUMS is not what was signed/,
  ],
  [
    "a signature of garbage",
    ({ folder }) => Deno.writeTextFile(`${folder}/SHA256SUMS.sig`, "bm8gc2lnbmF0dXJl\n"),
    /SHA256SUMS is not what was signed/,
  ],
  [
    "no checksums",
    ({ folder }) => Deno.remove(`${folder}/SHA256SUMS`),
    /Cannot fetch "SHA256SUMS"/,
  ],
  [
    "a script of the sources, without a key",
    ({ folder }) => Deno.copyFile(`${ROOT}/dist/install.sh`, `${folder}/install.sh`),
    /Cannot verify the signature: this script is of the sources .*\nhint: .*--key FILE/,
  ],
];

for (const [what, change, says] of WRONG) {
  Deno.test(`install.sh refuses ${what}`, () =>
    withRelease(async (release) => {
      await change(release);
      const { code, stderr } = await release.install();
      assertEquals([code, release.installed()], [1, null]);
      assertMatch(stderr, says);
      assertEquals((await run(["/bin/ls", `${release.folder}/../usr/bin`])).stdout, "");
    }));
}

Deno.test("install.sh takes an own build only if told so, and a key that is given", () =>
  withRelease(async ({ folder, keys, install, installed, make }) => {
    await Deno.copyFile(`${ROOT}/dist/install.sh`, `${folder}/install.sh`);
    await Deno.writeTextFile(`${folder}/key.pem`, pem(newKeys()));
    assertEquals((await install("--key", `${folder}/key.pem`)).code, 1);
    await Deno.writeTextFile(`${folder}/key.pem`, pem(keys));
    assertEquals((await install("--key", `${folder}/key.pem`)).code, 0);
    await make("1.2.4");
    await Deno.remove(`${folder}/SHA256SUMS.sig`);
    const { code, stderr } = await install("--insecure-no-signature");
    assertEquals(code, 0);
    assertMatch(stderr, /^warning: the signature is not verified; .*\n$/);
    assertEquals(installed(), standIn("1.2.4"));
    // The checksum is compared all the same.
    await Deno.writeTextFile(`${folder}/${NAME}`, "other");
    assertMatch((await install("--insecure-no-signature")).stderr, /checksum does not match/);
  }));

Deno.test("install.sh refuses an older release, however well it is signed", () =>
  withRelease(async ({ install, installed, make }) => {
    const order = ["0.9.10", "0.10.0-rc.1", "0.10.0", "0.10.1", "1.0.0"];
    for (const version of order) {
      await make(version);
      assertEquals((await install()).code, 0, version);
    }
    assertEquals((await install()).code, 0, "the same again");
    for (const [older, newer] of order.slice(0, -1).map((version, i) => [version, order[i + 1]!])) {
      await make(newer!);
      assertEquals((await install("--allow-downgrade")).code, 0);
      await make(older!);
      const { code, stderr } = await install();
      assertEquals([code, installed()], [1, standIn(newer!)], `${older} over ${newer}`);
      assertEquals(
        stderr,
        `error: Cannot install version ${older}: version ${newer} is installed\n` +
          "hint: go back on purpose: --allow-downgrade\n",
      );
    }
  }));

Deno.test("install.sh needs openssl or cosign, and never goes on without", () =>
  withRelease(async ({ folder, install: _, installWith, installed }) => {
    const without = await installWith([]);
    assertEquals([without.code, installed()], [1, null]);
    assertMatch(without.stderr, /neither openssl nor cosign is here\nhint: install openssl\n/);
    // Stands in for cosign, which is called as its documentation says: what it is given is verified.
    const cosign = `${folder}/../cosign`;
    await Deno.writeTextFile(
      cosign,
      `#!/bin/sh
[ "$1 $2 $4 $6" = "verify-blob --key --signature --insecure-ignore-tlog=true" ] || exit 9
PATH=/usr/bin:/bin
openssl base64 -d -A -in "$5" | openssl dgst -sha256 -verify "$3" -signature /dev/stdin "$7"\n`,
    );
    await Deno.chmod(cosign, 0o755);
    const tools = [await Deno.realPath(cosign)];
    assertEquals((await installWith(tools)).code, 0);
    assertEquals(installed(), standIn("1.2.3"));
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, "altered\n");
    assertMatch((await installWith(tools)).stderr, /is not what was signed/);
    assertEquals((await installWith(["openssl"])).code, 1);
  }));

/** Serves the files over https, each of them after a redirect to `where` returns. */
async function withServer(
  { folder }: Release,
  where: (path: string) => string | null,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const { cert, key } = await makeSelfSigned({
    names: ["localhost"],
    ips: ["127.0.0.1"],
    days: 2,
    nowMs: Date.now(),
  });
  await Deno.writeTextFile(`${folder}/../ca.pem`, cert);
  await Deno.writeTextFile(`${folder}/../.curlrc`, `cacert = "${folder}/../ca.pem"\n`);
  await Deno.writeTextFile(`${folder}/../wgetrc`, `ca_certificate = ${folder}/../ca.pem\n`);
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const to = where(pathname);
    if (to !== null) return new Response(null, { status: 302, headers: { location: to } });
    const name = pathname.slice(pathname.lastIndexOf("/") + 1);
    const bytes = await Deno.readFile(`${folder}/${name}`).catch(() => null);
    return bytes === null ? new Response(null, { status: 404 }) : new Response(bytes);
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
  const secure = Deno.serve({ ...options, cert, key }, answer);
  try {
    await test(`https://127.0.0.1:${secure.addr.port}`);
  } finally {
    await secure.shutdown();
  }
}

for (const tool of ["curl", "wget"]) {
  Deno.test({
    name: `install.sh downloads with ${tool} over https, and follows no redirect to http`,
    ignore: !(await has(tool)),
    fn: () =>
      withRelease(async (release) => {
        const plain = Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
          (r) => {
            asked.push(r.url);
            return Deno.readTextFile(`${release.folder}${new URL(r.url).pathname}`)
              .then((text) => new Response(text));
          },
        );
        const asked: string[] = [];
        const tools = [tool, "openssl"];
        const redirects: readonly (readonly [to: (path: string) => string | null, code: number])[] =
          [
            [() => null, 0],
            [(path) => path.startsWith("/a/") ? null : `/a${path}`, 0],
            [(path) => path.startsWith("/a/") ? null : `a${path}`, 0],
            [(path) => `http://127.0.0.1:${plain.addr.port}${path}`, 1],
            [(path) => path, 1], // for ever
            [() => "file:///etc/passwd", 1],
          ];
        for (const [to, code] of redirects) {
          await withServer(release, to, async (url) => {
            const result = await release.installWith(tools, "--from", url);
            assertEquals(result.code, code, result.stderr);
            if (code === 1) assertMatch(result.stderr, /^error: Cannot fetch "SHA256SUMS" from /m);
          });
        }
        assertEquals(asked, []);
        await plain.shutdown();
        const http = await release.installWith(tools, "--from", "http://127.0.0.1:1");
        assertMatch(http.stderr, /https expected/);
      }),
  });
}

Deno.test("install.sh --links adds the old names, and leaves other programs alone", () =>
  withRelease(async ({ folder, install }) => {
    const bin = `${folder}/../usr/bin`;
    await Deno.mkdir(bin, { recursive: true });
    await Deno.writeTextFile(`${bin}/net`, "Samba's");
    assertEquals((await install("--links")).code, 0);
    assertEquals(await Deno.readTextFile(`${bin}/net`), "Samba's");
    assertEquals(await Deno.readLink(`${bin}/netsh`), "httpcfg");
    assertEquals((await install("--links")).code, 0, "a second time");
  }));

Deno.test("a release is not made without keys, with wrong ones, or without a program", async () => {
  const [keys, others] = [newKeys(), newKeys()];
  const secret = ({ privateKey }: Keys): string => {
    return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  };
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const cases:
    readonly (readonly [pub: string | undefined, priv: string | undefined, says: string])[] = [
      [undefined, secret(keys), "RELEASE_PUBLIC_KEY is not set"],
      [pem(keys), "", "RELEASE_PRIVATE_KEY is not set"],
      [pem(keys), secret(others), "RELEASE_PUBLIC_KEY is not that of RELEASE_PRIVATE_KEY"],
      ["garbage", secret(keys), "RELEASE_PUBLIC_KEY is not an ECDSA key on P-256 in PEM"],
      [pem(keys), secret(rsa), "RELEASE_PRIVATE_KEY is not an ECDSA key on P-256 in PEM"],
    ];
  for (const [pub, priv, says] of cases) {
    const env: Record<string, string | undefined> = {
      RELEASE_PUBLIC_KEY: pub,
      RELEASE_PRIVATE_KEY: priv,
    };
    try {
      readKeys((name) => env[name]);
      assert(false, says);
    } catch (error) {
      assert(error instanceof BuildError, String(error));
      assertStringIncludes(error.message, says);
      assert(!error.message.includes("BEGIN"), "a key in a message");
    }
  }
  await withRelease(async ({ folder }) => {
    await Deno.remove(`${folder}/${NAME}`);
    const error = await makeRelease(folder, ROOT, keys).catch((thrown) => thrown);
    assertStringIncludes(error.message, `Cannot release without ${NAME}: not in`);
  });
  const script = await Deno.readTextFile(`${ROOT}/dist/install.sh`);
  assertStringIncludes(script, "\npublic_key=''\n", "a key in the sources");
});

Deno.test({
  name: "install.sh: shellcheck reports nothing",
  ignore: !(await has("shellcheck")),
  fn: async () => {
    const result = await run(["shellcheck", `${ROOT}/dist/install.sh`], Deno.env.toObject());
    assertEquals([result.code, result.stdout], [0, ""]);
  },
});
