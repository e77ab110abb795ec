// Goal: the portable file for linux-arm64 stores, serves http and https, reloads and explains. Method:
// the file as `--runtime=npm` builds it, run by qemu, which a binfmt_misc of this test's own user
// namespace makes the kernel's way to run it. What needs no arm64, such as the certificate, is made from
// source: a command takes some seconds there.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fetchRuntime } from "../../../dist/npm_runtime.ts";
import { writePortable } from "../../../dist/portable.ts";
import { findTarget } from "../../../dist/targets.ts";
import { freePort } from "../../support/ports.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { bundle, has, INFO, ROOT, run } from "../support.ts";

/** Where Debian has the C library for arm64. */
const LIBRARIES = "/usr/aarch64-linux-gnu";

/** Makes the kernel run programs for arm64 with qemu, in the mount namespace of the caller. */
const REGISTER = String.raw`
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf '%s' ":arm64:M::$magic:$mask:$(command -v qemu-aarch64):F" >/proc/sys/fs/binfmt_misc/register
`;

/** The whole story, in one shell: the namespace, and with it the service, ends with it. */
const STORY = `
p() { echo "== $*"; "$file" "$@"; echo "= $?"; }
p set iplisten -i 127.0.0.1
p query iplisten
"$file" serve >/dev/null 2>"$home.log" &
service=$!
until curl -fs "http://127.0.0.1:$http/" >/dev/null; do
  kill -0 "$service" || { cat "$home.log"; exit 1; }
  sleep 0.2
done
echo "http: $(curl -fs "http://127.0.0.1:$http/")"
echo "https: $(curl -fsk "https://127.0.0.1:$https/")"
HTTPCFG_CACHE= "$deno" run -A "$main" site set "Default Web Site" --respond "two words" || exit 1
p reload
echo "http: $(curl -fs "http://127.0.0.1:$http/")"
p who "$http"
p verify
p net stop http /y
kill "$service"
wait "$service"
echo "serve: $?"
`;

/** Returns why the test cannot run here; null if it can. */
async function missing(): Promise<string | null> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return "not Linux on x64";
  for (const tool of ["qemu-aarch64", "unshare", "curl", "npm"]) {
    if (!(await has(tool))) return `no ${tool}`;
  }
  const libraries = ["ld-linux-aarch64.so.1", "libgcc_s.so.1"];
  if (!libraries.every((name) => exists(`${LIBRARIES}/lib/${name}`))) return "no arm64 libraries";
  return (await inNamespace("true")).code === 0 ? null : "no binfmt_misc in a user namespace";
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function inNamespace(script: string, env: Record<string, string> = {}): ReturnType<typeof run> {
  const command = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "--pid",
    "--mount-proc",
    "--fork",
  ];
  return run([...command, "--kill-child", "/bin/sh", "-ec", `${REGISTER}set +e\n${script}`], {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    QEMU_LD_PREFIX: LIBRARIES,
    ...env,
  });
}

const why = await missing();

Deno.test({
  name: `linux-arm64: the portable file, under qemu${why === null ? "" : ` (skipped: ${why})`}`,
  ignore: why !== null,
  fn: async () => {
    await using folder = await tempFolder();
    const runtime = await fetchRuntime(findTarget("linux-arm64")!, folder.path);
    const { folder: from, files } = await bundle("main.ts");
    const file = folder.at("httpcfg");
    await writePortable({ bundle: from, files, runtime, info: INFO, out: file });
    await Deno.remove(from, { recursive: true });

    const home = folder.at("home");
    const [http, https] = [`${freePort()}`, `${freePort()}`];
    const source = async (...words: string[]): Promise<string> => {
      const command = [Deno.execPath(), "run", "-A", `${ROOT}/main.ts`, ...words];
      const { code, stdout, stderr } = await run(command, {
        ...Deno.env.toObject(),
        HTTPCFG_HOME: home,
      });
      assertEquals(code, 0, stderr);
      return stdout;
    };
    const bound = [`:${http}:`, "--bind-tls", `:${https}:`];
    await source("site", "set", "Default Web Site", "--bind", ...bound, "--respond", "one word");
    const made = await source("cert", "create", "--self-signed", "--ip", "127.0.0.1");
    const thumbprint = made.trim();
    await source("set", "ssl", "-i", `127.0.0.1:${https}`, "-h", thumbprint);

    const { HOME = "/", DENO_DIR } = Deno.env.toObject();
    const env = {
      ...{ HTTPCFG_HOME: home, HTTPCFG_CACHE: folder.at("cache"), HOME },
      // The packages of the command that is run from source.
      ...(DENO_DIR === undefined ? {} : { DENO_DIR }),
      ...{ deno: Deno.execPath(), main: `${ROOT}/main.ts`, file, home, http, https },
    };
    const { code, stdout, stderr } = await inNamespace(STORY, env);
    assertEquals(code, 0, `${stdout}\n${stderr}`);
    const statuses = [...stdout.matchAll(/^== (\S+).*(?:\n(?!= ).*)*\n= (\d+)$/gm)];
    assertEquals(statuses.map(([, word, status]) => `${word} ${status}`), [
      ...["set 0", "query 0", "reload 0", "who 0", "verify 0", "net 0"],
    ], stdout);
    assertStringIncludes(stdout, "IP :127.0.0.1\n");
    assertEquals(stdout.match(/^https?: .*$/gm), [
      "http: one word",
      "https: one word",
      "http: two words",
    ]);
    assertMatch(stdout, /^serve: 0$/m);
  },
});
