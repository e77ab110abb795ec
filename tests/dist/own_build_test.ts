// Goal: install.sh installs what `deno task build` makes, and removes exactly that. Method: a build
// of a tiny program, on which everything is tried that the script decides itself; every shell that
// people have. tests/dist/install_test.ts has the signed releases, machine_test.ts the real program.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sumsOf } from "../../dist/sums.ts";
import { has, ROOT, run, type RunResult, standIn } from "./support.ts";

const SHELLS = ["dash", "bash", "busybox sh"];
const IS_ROOT = Deno.build.os === "linux" && Deno.uid() === 0;

interface Build {
  /** What is below it: `dist` with install.sh and bin, `home`, and the prefix `usr`. */
  readonly folder: string;
  readonly bin: string;
  run(command: readonly string[], env?: Record<string, string>): Promise<RunResult>;
  /** Runs install.sh for the prefix. */
  script(...options: string[]): Promise<RunResult>;
  /** Everything below the folder but the build, with what it contains. */
  files(): Promise<Map<string, string>>;
  make(version: string): Promise<void>;
}

async function withBuild(test: (build: Build) => Promise<void>, shell = "sh"): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-test-" }));
  await Deno.chmod(folder, 0o755);
  const bin = `${folder}/dist/bin`;
  await Deno.mkdir(bin, { recursive: true });
  await Deno.mkdir(`${folder}/home`);
  await Deno.copyFile(`${ROOT}/dist/install.sh`, `${folder}/dist/install.sh`);
  const call = (command: readonly string[], env = {}): Promise<RunResult> =>
    run(command, {
      PATH: `${folder}/usr/bin:/usr/sbin:/usr/bin:/bin`,
      HOME: `${folder}/home`,
      ...env,
    });
  const build: Build = {
    folder,
    bin,
    run: call,
    script: (...options) =>
      call([
        ...["/usr/bin/env", ...shell.split(" "), `${folder}/dist/install.sh`],
        ...["--prefix", `${folder}/usr`, ...options],
      ]),
    async files(): Promise<Map<string, string>> {
      const { stdout } = await call(["/bin/sh", "-c", `cd ${folder} && find home usr 2>/dev/null`]);
      const paths = stdout.split("\n").filter((path) => path !== "").sort();
      return new Map(paths.map((path) => [path, contentOf(`${folder}/${path}`)]));
    },
    async make(version): Promise<void> {
      await Deno.writeTextFile(`${bin}/httpcfg`, standIn(version));
      await Deno.writeTextFile(`${bin}/SHA256SUMS`, await sumsOf(bin, ["httpcfg"]));
    },
  };
  try {
    await build.make("1.2.3");
    await test(build);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function contentOf(path: string): string {
  const { isSymlink, isDirectory } = Deno.lstatSync(path);
  if (isSymlink) return `-> ${Deno.readLinkSync(path)}`;
  return isDirectory ? "directory" : Deno.readTextFileSync(path);
}

for (const shell of SHELLS) {
  Deno.test({
    name: `install.sh in ${shell}: a build of one's own in, again, and out`,
    ignore: !(await has(shell.split(" ")[0]!)),
    fn: () =>
      withBuild(async ({ folder, script, files }) => {
        const before = await files();
        const first = await script("--links");
        assertEquals(first.code, 0, first.stderr);
        assertEquals(
          first.stderr,
          `note: "${folder}/dist/bin" is a build of your own, which needs no signature; ` +
            "its checksum is verified\n",
        );
        assertStringIncludes(
          first.stdout,
          `installed in ${folder}/usr/bin; to install the service`,
        );
        const after = await files();
        assertEquals(after.get("usr/share/man/man5/httpcfg-config.5"), "stand-in 1.2.3\n");
        assertEquals(after.get("usr/bin/net"), "-> httpcfg");
        assertEquals((await Deno.stat(`${folder}/usr/bin/httpcfg`)).mode! & 0o777, 0o755);

        const again = await script();
        assertEquals(again.code, 0);
        assertMatch(again.stdout, /^already installed in /m);
        assertEquals(await files(), after, "a second time changes nothing");

        const copy = `${folder}/usr/share/httpcfg/install.sh`;
        const out = await run(["/usr/bin/env", ...shell.split(" "), copy, "--uninstall"], {
          PATH: "/usr/bin:/bin",
          HOME: `${folder}/home`,
        });
        assertEquals([out.code, out.stderr], [0, ""]);
        assertMatch(out.stdout, /^removed httpcfg from /);
        assertEquals(await files(), before);
        const gone = await script("--uninstall");
        assertEquals(gone.code, 0);
        assertMatch(gone.stdout, /^not installed in /);
      }, shell),
  });
}

Deno.test({
  name: "install.sh needs nothing that busybox has not",
  ignore: !(await has("busybox")),
  fn: () =>
    withBuild(async ({ folder, run, files }) => {
      const before = await files();
      await Deno.mkdir(`${folder}/applets`);
      await run(["/usr/bin/env", "busybox", "--install", "-s", `${folder}/applets`]);
      const env = { PATH: `${folder}/applets` };
      const command = [`${folder}/applets/sh`, `${folder}/dist/install.sh`];
      const prefix = ["--prefix", `${folder}/usr`];
      assertEquals((await run([...command, ...prefix, "--links"], env)).code, 0);
      const out = await run([...command, ...prefix, "--uninstall"], env);
      assertEquals([out.code, out.stderr], [0, ""]);
      assertEquals(await files(), before);
    }),
});

Deno.test("install.sh --uninstall keeps what was there before, and what is now another's", () =>
  withBuild(async ({ folder, script, files }) => {
    const own = `${folder}/home/.config/httpcfg`;
    await Deno.mkdir(own, { recursive: true });
    await Deno.writeTextFile(`${own}/config.json`, "{}");
    await Deno.mkdir(`${folder}/usr/bin`, { recursive: true });
    await Deno.mkdir(`${folder}/usr/share/man/man1`, { recursive: true });
    await Deno.writeTextFile(`${folder}/usr/bin/net`, "Samba's", { mode: 0o755 });
    const before = await files();
    const linked = await script("--links");
    assertEquals(linked.code, 0);
    assertStringIncludes(
      linked.stderr,
      `note: "${folder}/usr/bin/net" is another program; it is left`,
    );
    assertEquals((await files()).get("usr/bin/net"), "Samba's");
    await Deno.remove(`${folder}/usr/bin/netsh`);
    await Deno.writeTextFile(`${folder}/usr/bin/netsh`, "another one");
    await Deno.writeTextFile(`${folder}/usr/share/zsh/other`, "another's");

    const out = await script("--uninstall");
    assertEquals(out.code, 0);
    const kept = new Map(before)
      .set("usr/bin/netsh", "another one")
      .set("usr/share/zsh", "directory")
      .set("usr/share/zsh/other", "another's");
    assertEquals(await files(), kept);
    if (!IS_ROOT) {
      assertStringIncludes(out.stdout, `${own}\nto remove them, too: rm -rf ${own}\n`);
      assertStringIncludes((await script("--uninstall", "--purge")).stdout, `removed ${own}\n`);
      assertEquals((await files()).has("home/.config/httpcfg"), false);
    }
  }));

Deno.test("install.sh removes what an earlier version had and the new one has not", () =>
  withBuild(async ({ folder, script, make, files }) => {
    assertEquals((await script("--links")).code, 0);
    const list = `${folder}/usr/share/httpcfg/installed`;
    await Deno.writeTextFile(list, "file share/man/man1/httpcfg-old.1\n", { append: true });
    await Deno.writeTextFile(`${folder}/usr/share/man/man1/httpcfg-old.1`, "old");
    await make("1.3.0");
    assertEquals((await script()).code, 0);
    const after = await files();
    assertEquals(after.has("usr/share/man/man1/httpcfg-old.1"), false);
    assertEquals(after.get("usr/share/man/man1/httpcfg.1"), "stand-in 1.3.0\n");
    assertEquals(after.get("usr/bin/net"), "-> httpcfg", "the links stay");
    assertEquals((await script("--uninstall")).code, 0);
    assertEquals([...(await files()).keys()], ["home"]);
  }));

Deno.test("install.sh overwrites nothing that it has not installed, and leaves nothing behind", () =>
  withBuild(async ({ folder, script, files }) => {
    const places: readonly (readonly [path: string, make: (path: string) => Promise<void>])[] = [
      ["bin/httpcfg", (path) => Deno.writeTextFile(path, "#!/bin/sh\n", { mode: 0o755 })],
      ["bin/httpcfg", (path) => Deno.symlink("../lib/node_modules/httpcfg/httpcfg", path)],
      ["bin/httpcfg", (path) => Deno.mkdir(path)],
      ["share/man/man1/httpcfg.1", (path) => Deno.writeTextFile(path, "another's")],
      ["share/zsh/site-functions/_httpcfg", (path) => Deno.symlink("/nowhere", path)],
    ];
    for (const [path, make] of places) {
      const target = `${folder}/usr/${path}`;
      await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
      await make(target);
      const before = await files();
      const { code, stderr } = await script();
      assertEquals(code, 1, path);
      assertStringIncludes(stderr, `error: Cannot install "${target}": what is there was not`);
      assertEquals(await files(), before);
      const hint = /\nhint: (.*)\n/.exec(stderr)?.[1] ?? "";
      const cured = await run(["/bin/sh", "-c", hint], { PATH: "/usr/bin:/bin", HOME: "/" });
      assertEquals(cured.code, 0, hint);
      assertEquals((await script("--uninstall")).code, 0);
      await Deno.remove(`${folder}/usr`, { recursive: true });
    }
    await Deno.mkdir(`${folder}/usr/bin`, { recursive: true });
    await Deno.writeTextFile(`${folder}/usr/bin/httpcfg`, "#!/bin/sh\n", { mode: 0o755 });
    const { code, stderr } = await script("--uninstall");
    assertEquals(code, 1);
    assertStringIncludes(stderr, "this script has not installed it\nhint: ");
  }));

Deno.test("install.sh takes a build as one's own only if nobody else can have changed it", () =>
  withBuild(async ({ folder, bin, script, run, files, make }) => {
    const before = await files();
    const others: readonly (readonly [path: string, mode: number])[] = [
      [bin, 0o777],
      [`${bin}/SHA256SUMS`, 0o646],
      [`${bin}/httpcfg`, 0o757],
    ];
    for (const [path, mode] of others) {
      const was = (await Deno.stat(path)).mode! & 0o777;
      await Deno.chmod(path, mode);
      const { code, stderr } = await script();
      assertEquals(code, 1);
      assertStringIncludes(
        stderr,
        `Cannot trust "${path}" as a build of yours: others can write it`,
      );
      const hint = /hint: (.*)\n/.exec(stderr)?.[1] ?? "";
      assertEquals((await run(["/bin/sh", "-c", hint])).code, 0);
      await Deno.chmod(path, (await Deno.stat(path)).mode! & was);
    }
    await Deno.writeTextFile(`${bin}/httpcfg`, "altered");
    assertMatch((await script()).stderr, /checksum does not match SHA256SUMS\nhint: /);
    await Deno.remove(`${bin}/SHA256SUMS`);
    assertMatch((await script()).stderr, /Cannot fetch "SHA256SUMS" from/);
    assertEquals(await files(), before);
    await make("1.2.3");
    if (!IS_ROOT) return;

    // Of another user: only if that is who called sudo.
    for (const path of [bin, `${bin}/SHA256SUMS`, `${bin}/httpcfg`]) {
      await Deno.chown(path, 4321, 1);
    }
    assertStringIncludes((await script()).stderr, "it belongs to user 4321\n");
    const command = ["/bin/sh", `${folder}/dist/install.sh`, "--prefix", `${folder}/usr`];
    assertEquals((await run(command, { SUDO_UID: "4322" })).code, 1);
    assertEquals((await run(command, { SUDO_UID: "4321" })).code, 0);
    assertEquals((await script("--uninstall")).code, 0);
    // A group that only its user is in may write.
    for (const path of [bin, `${bin}/SHA256SUMS`]) await Deno.chmod(path, 0o775);
    assertEquals((await run(command, { SUDO_UID: "4321" })).code, 1);
    for (const path of [bin, `${bin}/SHA256SUMS`]) await Deno.chown(path, 4321, 4321);
    assertEquals((await run(command, { SUDO_UID: "4321" })).code, 0);
  }));

Deno.test("install.sh --help, and what it does not understand", () =>
  withBuild(async ({ script, files }) => {
    const before = await files();
    const help = await script("--help");
    assertEquals([help.code, help.stderr], [0, ""]);
    for (const option of ["--from", "--prefix", "--links", "--uninstall", "--purge", "--key"]) {
      assertStringIncludes(help.stdout, option);
    }
    assert(help.stdout.split("\n").every((line) => line.length <= 80));
    const misused: readonly (readonly [options: readonly string[], says: string])[] = [
      [["--nonsense"], 'Cannot install with "--nonsense": unknown option'],
      [["somewhere"], 'Cannot install with "somewhere": unknown option'],
      [["--from"], 'Cannot install with "--from": a value is expected after it'],
      [["--prefix="], 'Cannot install with "--prefix": a value is expected after it'],
      [["--purge"], "Cannot purge without --uninstall"],
      [["--uninstall", "--links"], "Cannot uninstall with an option that is for installing"],
      [["--key", "x", "--insecure-no-signature"], "Cannot verify with --key and not verify with"],
    ];
    for (const [options, says] of misused) {
      const { code, stderr, stdout } = await script(...options);
      assertEquals([code, stdout], [2, ""], options.join(" "));
      assertStringIncludes(stderr, `error: ${says}`);
      assertStringIncludes(stderr, "\nUsage: sh install.sh ");
    }
    assertEquals(await files(), before);
  }));

Deno.test({
  name: "install.sh without permission says what to type",
  ignore: !IS_ROOT || !(await has("setpriv")),
  fn: () =>
    withBuild(async ({ folder, run, files }) => {
      const nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const command = [
        ...nobody,
        "/bin/sh",
        `${folder}/dist/install.sh`,
        "--prefix",
        `${folder}/a 'b`,
      ];
      const script = `sh ${folder}/dist/install.sh`;
      const { code, stderr } = await run(command);
      assertEquals(code, 1);
      assertEquals(
        stderr,
        `error: Cannot write to "${folder}": permission denied\n` +
          `hint: sudo ${script} --prefix '${folder}/a '\\''b', ` +
          `or for yourself alone: ${script} --prefix ~/.local\n`,
      );
      assertEquals((await run(command.slice(nobody.length))).code, 0);
      const refused = await run([...command, "--uninstall"]);
      assertEquals(refused.code, 1);
      assertStringIncludes(refused.stderr, `Cannot remove from "${folder}/a 'b/bin": permission`);
      assertEquals((await run([...command.slice(nobody.length), "--uninstall"])).code, 0);
      assertEquals([...(await files()).keys()], ["home"]);
    }),
});

Deno.test("install.sh says which programs its links hide, and if its directory is not on PATH", () =>
  withBuild(async ({ folder, run }) => {
    const other = `${folder}/other`;
    await Deno.mkdir(other);
    await Deno.writeTextFile(`${other}/net`, "#!/bin/sh\n", { mode: 0o755 });
    const command = [
      "/bin/sh",
      `${folder}/dist/install.sh`,
      "--prefix",
      `${folder}/usr`,
      "--links",
    ];
    const bin = `${folder}/usr/bin`;
    const first = await run(command, { PATH: `${bin}:${other}:/usr/bin:/bin` });
    assertStringIncludes(first.stderr, `note: "net" is now ${bin}/net, which hides ${other}/net\n`);
    const last = await run(command, { PATH: `${other}:/usr/bin:/bin:${bin}` });
    assertStringIncludes(
      last.stderr,
      `note: "net" is still ${other}/net, which is found before ${bin}/net\n`,
    );
    const absent = await run(command, { PATH: `/usr/bin:/bin` });
    assertStringIncludes(
      absent.stderr,
      `note: ${bin} is not on PATH\nhint: export PATH="${bin}:$PATH"\n`,
    );
  }));

Deno.test({
  name: "install.sh --uninstall refuses while the program runs, and says how to end it",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withBuild(async ({ folder, script, make }) => {
      assertEquals((await script()).code, 0);
      // As the portable form: the runtime somewhere else, and what was started in its environment.
      await Deno.copyFile("/bin/sleep", `${folder}/home/httpcfg`);
      const child = new Deno.Command(`${folder}/home/httpcfg`, {
        args: ["600"],
        env: { HTTPCFG_EXE: `${folder}/usr/bin/httpcfg` },
      }).spawn();
      const { code, stderr } = await script("--uninstall");
      assertEquals(code, 1);
      assertEquals(
        stderr,
        `error: Cannot uninstall: "${folder}/usr/bin/httpcfg" is running (pid ${child.pid})\n` +
          `hint: kill ${child.pid}\n`,
      );
      await make("1.3.0");
      assertStringIncludes(
        (await script()).stderr,
        `note: the version before is still running (pid ${child.pid}), until its service is restarted\n`,
      );
      child.kill("SIGTERM");
      await child.status;
      assertEquals((await script("--uninstall")).code, 0);
    }),
});
