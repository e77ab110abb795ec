// Goal: the install script installs only files with the right checksum. Method: a tiny program
// under the name of this machine's build.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { findTarget, releaseName } from "../../dist/targets.ts";
import { has, ROOT, run, type RunResult } from "./support.ts";

const NAME = releaseName(findTarget(Deno.build.target)!);
const PROGRAM = '#!/bin/sh\necho "stand-in $*"\n';

interface Download {
  readonly folder: string;
  install(...options: string[]): Promise<RunResult>;
}

async function withDownload(test: (download: Download) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    await Deno.copyFile(`${ROOT}/dist/install.sh`, `${folder}/install.sh`);
    await Deno.writeTextFile(`${folder}/${NAME}`, PROGRAM);
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, `${await sha256(PROGRAM)}  ${NAME}\n`);
    const install = (...options: string[]): Promise<RunResult> =>
      run(["/bin/sh", `${folder}/install.sh`, "--prefix", `${folder}/usr`, ...options], {
        PATH: "/usr/bin:/bin",
      });
    await test({ folder, install });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
    .toHex();
}

Deno.test("install.sh installs the program, its manual pages and its completions", () =>
  withDownload(async ({ folder, install }) => {
    const { code, stdout, stderr } = await install();
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "stand-in --version\n");
    assertEquals(await Deno.readTextFile(`${folder}/usr/bin/httpcfg`), PROGRAM);
    const share = `${folder}/usr/share`;
    assertEquals(await Deno.readTextFile(`${share}/man/man5/httpcfg-config.5`), "stand-in man 5\n");
    const completion = await Deno.readTextFile(`${share}/bash-completion/completions/httpcfg`);
    assertEquals(completion, "stand-in completions bash\n");
    assertEquals([...Deno.readDirSync(`${folder}/usr/bin`)].map(({ name }) => name), ["httpcfg"]);
  }));

Deno.test("install.sh refuses a file with a different checksum or without one", () =>
  withDownload(async ({ folder, install }) => {
    await Deno.writeTextFile(`${folder}/${NAME}`, `${PROGRAM}# one byte more`);
    const altered = await install();
    assertEquals(altered.code, 1);
    assertStringIncludes(altered.stderr, "checksum does not match SHA256SUMS\nhint: ");
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, `${await sha256(PROGRAM)}  another\n`);
    assertStringIncludes((await install()).stderr, "not listed in SHA256SUMS");
    await Deno.remove(`${folder}/SHA256SUMS`);
    assertStringIncludes((await install()).stderr, 'Cannot fetch "SHA256SUMS"');
    assertStringIncludes((await install("--from", "http://example.com")).stderr, "https expected");
    assertEquals((await run(["/bin/ls", `${folder}/usr`])).code === 0, false);
  }));

Deno.test("install.sh --links adds the old names, and leaves other programs alone", () =>
  withDownload(async ({ folder, install }) => {
    await Deno.mkdir(`${folder}/usr/bin`, { recursive: true });
    await Deno.writeTextFile(`${folder}/usr/bin/net`, "Samba's");
    assertEquals((await install("--links")).code, 0);
    assertEquals(await Deno.readTextFile(`${folder}/usr/bin/net`), "Samba's");
    assertEquals(await Deno.readLink(`${folder}/usr/bin/netsh`), "httpcfg");
    assertEquals((await install("--links")).code, 0, "a second time");
  }));

Deno.test({
  name: "install.sh: shellcheck reports nothing",
  ignore: !(await has("shellcheck")),
  fn: async () => {
    const result = await run(["shellcheck", `${ROOT}/dist/install.sh`], Deno.env.toObject());
    assertEquals([result.code, result.stdout], [0, ""]);
  },
});
