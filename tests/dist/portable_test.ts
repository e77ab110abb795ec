// Goal: the portable form behaves like the program, whatever it finds in the directory it unpacks
// to. Method: one real file with a stand-in program, started in the way that each test names.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { waitFor } from "../support/wait.ts";
import { has, INFO, portable, run, type RunResult } from "./support.ts";

const IS_ROOT = Deno.uid() === 0;
const NOBODY = 65534;
/** Runs a command as another user if the caller may do so. */
const AS_NOBODY = IS_ROOT
  ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"]
  : [];

let built: Promise<string> | undefined;

/** Runs `test` with the file and a new cache directory, which is removed afterwards. */
async function withCache(
  test: (file: string, cache: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const file = await (built ??= portable());
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  const cache = `${folder}/cache`;
  try {
    await test(file, cache, { PATH: "/usr/bin:/bin", HTTPCFG_CACHE: cache });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

addEventListener("unload", () => {
  built?.then((file) => Deno.removeSync(file.replace(/\/httpcfg$/, ""), { recursive: true }));
});

function assertRuns(result: RunResult, what: string): void {
  assertEquals([result.code, result.stderr], [0, ""], what);
  assertEquals(JSON.parse(result.stdout).version, INFO.version, what);
}

/** Writes zeros into the middle of a file. It is closed again, or the system would not run it. */
async function overwrite(path: string, offset: number): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.seek(offset, Deno.SeekMode.Start);
  await file.write(new Uint8Array(64));
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
}

Deno.test("portable: arguments, exit status, invoked name, own command, parts on demand", () =>
  withCache(async (file, _cache, env) => {
    const result = await run([file, "query", "a b", "", "--", "*"], env);
    assertRuns(result, "arguments");
    assertEquals(JSON.parse(result.stdout).args, ["query", "a b", "", "--", "*"]);
    assertEquals(JSON.parse(result.stdout).commit, INFO.commit);
    for (const code of [0, 1, 2, 183]) {
      assertEquals((await run([file, "exit", `${code}`], env)).code, code);
    }
    assertEquals((await run([file, "lazy"], env)).stdout, '"loaded/on/demand"\n');

    // A link in a directory whose name needs quoting at every step.
    for (const name of ["a 'b' $c ", "a, b "]) {
      const folder = await Deno.makeTempDir({ prefix: name });
      await Deno.symlink(file, `${folder}/netsh`);
      const called = await run([`${folder}/netsh`], env);
      assertEquals(JSON.parse(called.stdout).argv0, `${folder}/netsh`);
      assertEquals((await run([`${folder}/netsh`, "self"], env)).stdout, "5\n");
      await Deno.remove(folder, { recursive: true });
    }
  }));

Deno.test("portable: a command starts programs, a service none, though it lists ports and links", () =>
  withCache(async (file, _cache, env) => {
    assertEquals((await run([file, "self"], env)).stdout, "5\n");
    assertEquals((await run([file, "run", "/bin/true"], env)).stdout, "0\n");
    const { stdout, stderr } = await run([file, "confined"], { ...env, VISUAL: "/bin/sh" });
    const denied = ["sh", "true", "editor", "self", "runtime", "kill", "proc", "library", "worker"];
    assertEquals(JSON.parse(stdout || stderr), {
      ...Object.fromEntries(denied.map((name) => [name, "NotCapable"])),
      node: "Error: Command failed: /bin/sh -c id",
      asked: "denied",
      owners: [true],
      links: true,
    });
  }));

Deno.test("portable: keeps the process id, so a signal reaches it", () =>
  withCache(async (file, _cache, env) => {
    const child = new Deno.Command(file, { args: ["wait"], env, clearEnv: true, stdout: "piped" })
      .spawn();
    const reader = child.stdout.getReader();
    const first = await reader.read();
    assertEquals(new TextDecoder().decode(first.value), `${child.pid}\n`);
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 7);
    await reader.cancel();
  }));

Deno.test("portable: four first runs at once leave one directory and nothing incomplete", () =>
  withCache(async (file, cache, env) => {
    const results = await Promise.all([1, 2, 3, 4].map(() => run([file], env)));
    for (const result of results) assertRuns(result, "at once");
    const [only = "", ...others] = await names(cache);
    assertEquals(others, []);
    assert(only.startsWith(INFO.version), only);
    assertEquals((await Deno.stat(cache)).mode! & 0o777, IS_ROOT ? 0o755 : 0o700);
    assertEquals((await names(`${cache}/${only}`)).filter((name) => name.startsWith(".new")), []);
  }));

Deno.test({
  name: "portable: a terminal is told what takes a second, and the line is removed",
  ignore: !(await has("script")),
  fn: () =>
    withCache(async (file, cache, env) => {
      const inTerminal = async (term: string): Promise<string> => {
        const command = ["script", "-qec", `${file} exit 0`, "/dev/null"];
        const { code, stdout } = await run(command, { ...env, TERM: term });
        assertEquals(code, 0);
        return stdout;
      };
      const line = `unpacking httpcfg ${INFO.version} into ${cache}, once`;
      assertEquals(await inTerminal("xterm"), `${line}\r\x1b[K`);
      assertEquals(await inTerminal("xterm"), "", "it is there");
      await Deno.remove(cache, { recursive: true });
      assertEquals(await inTerminal("dumb"), "");
    }),
});

/** Writes the file again as another version, and returns its path. */
async function asVersion(file: string, version: string): Promise<string> {
  const bytes = await Deno.readFile(file);
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 20_000));
  for (const { index } of head.matchAll(new RegExp(RegExp.escape(INFO.version), "g"))) {
    bytes.set(new TextEncoder().encode(version), index);
  }
  const other = `${file}-${version}`;
  await Deno.writeFile(other, bytes, { mode: 0o755 });
  return other;
}

Deno.test("portable: an upgrade removes the old version, but not while its service runs", () =>
  withCache(async (file, cache, env) => {
    const left = async (): Promise<string> =>
      (await names(cache)).map((name) => name.split("-")[0]!).join(" ");
    const old = await asVersion(file, "9.8.5");
    const service = new Deno.Command(old, { args: ["wait"], env, clearEnv: true, stdout: "piped" })
      .spawn();
    const reader = service.stdout.getReader();
    await reader.read();
    assertEquals((await run([await asVersion(file, "9.8.6")], env)).code, 0);
    assertEquals(await left(), "9.8.5 9.8.6");
    // They are looked at in order: that of the service has been decided about when this one is gone.
    assertRuns(await run([file], env), "upgrade");
    await waitFor(async () => await left() === "9.8.5 9.8.7", "the unused version to go");

    service.kill("SIGTERM");
    assertEquals((await service.status).code, 7);
    await reader.cancel();
    assertEquals((await run([await asVersion(file, "9.9.0")], env)).code, 0);
    await waitFor(async () => await left() === "9.9.0", "both old versions to go");
  }));

Deno.test("portable: a planted, altered, truncated or emptied file is replaced, never run", () =>
  withCache(async (file, cache, env) => {
    assertRuns(await run([file], env), "first");
    const [build = ""] = await names(cache);
    const folder = `${cache}/${build}`;
    const evil = "#!/bin/sh\necho evil\n";
    const plant: Record<string, () => Promise<void>> = {
      "runtime altered": () => Deno.writeTextFile(`${folder}/httpcfg`, evil),
      "program truncated": () => Deno.truncate(`${folder}/main.js`, 10),
      "program emptied": () => Deno.truncate(`${folder}/main.js`, 0),
      "part missing": () => Deno.remove(`${folder}/main.js`),
      "stamp of another build": () => Deno.writeTextFile(`${folder}/stamp`, "1.2.3-0\n"),
      "whole directory planted": async () => {
        await Deno.remove(folder, { recursive: true });
        await Deno.mkdir(folder);
        await Deno.writeTextFile(`${folder}/httpcfg`, evil, { mode: 0o755 });
      },
      "directory is a link": async () => {
        await Deno.rename(folder, `${cache}/elsewhere`);
        await Deno.symlink(`${cache}/elsewhere`, folder);
      },
      "directory is a file": async () => {
        await Deno.remove(folder, { recursive: true });
        await Deno.writeTextFile(folder, evil);
      },
      ...(IS_ROOT
        ? { "file of another user": () => Deno.chown(`${folder}/httpcfg`, NOBODY, NOBODY) }
        : {}),
    };
    for (const [what, act] of Object.entries(plant)) {
      await act();
      assertRuns(await run([file], env), what);
      assert(!(await Deno.lstat(folder)).isSymlink, what);
    }
  }));

Deno.test({
  name:
    "portable: others run what root has unpacked, and unpack themselves what is not root's alone",
  ignore: !IS_ROOT || !(await has("unshare")),
  fn: () =>
    withCache(async (file, cache) => {
      await Deno.mkdir(cache);
      await Deno.chmod(cache.replace(/\/cache$/, ""), 0o755);
      const own = `${cache}/own`;
      const folder = `/var/cache/httpcfg/$(ls /var/cache/httpcfg)`;
      const asNobody = `env -i CACHE_DIRECTORY=${own} ${AS_NOBODY.join(" ")} ${file}`;
      const script = `set -e
        mount -t tmpfs none /var/cache
        mkdir -m 700 ${own}
        chown ${NOBODY} ${own}
        ${file}
        ${asNobody}
        chmod g+w ${folder}/stamp
        ${asNobody}
        chmod g-w ${folder}/stamp
        chown -h 1 ${folder}/httpcfg
        ${asNobody}`;
      const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
      const result = await run(["unshare", "-m", "/bin/sh", "-c", script], env);
      assertEquals([result.code, result.stderr], [0, ""]);
      const runtimes = result.stdout.trim().split("\n").map((line) => JSON.parse(line).runtime);
      assertEquals(runtimes.map((path) => path.split("/").slice(0, -2).join("/")), [
        "/var/cache/httpcfg",
        "/var/cache/httpcfg",
        own,
        own,
      ]);
    }),
});

Deno.test("portable: a damaged download reports it and runs nothing", () =>
  withCache(async (file, cache, env) => {
    const half = `${cache}-half`;
    await Deno.copyFile(file, half);
    await Deno.truncate(half, 9_000_000);
    const truncated = await run([half], env);
    assertEquals([truncated.code, truncated.stdout], [13, ""]);
    assertStringIncludes(truncated.stderr, "the file is incomplete\nhint: ");

    await Deno.copyFile(file, half);
    await overwrite(half, 20_000_000);
    // As nobody, because root would go on and unpack into the cache of this machine.
    await Deno.chmod(cache.replace(/\/cache$/, ""), 0o755);
    const temporary = await Deno.makeTempDir();
    await Deno.chmod(temporary, 0o777);
    const altered = await run([...AS_NOBODY, half], { PATH: "/usr/bin:/bin", TMPDIR: temporary });
    assertEquals([altered.code, altered.stdout], [112, ""]);
    await Deno.remove(temporary, { recursive: true });
  }));

Deno.test("portable: if the cache is not writable, a private temporary directory is used", () =>
  withCache(async (file, cache) => {
    const temporary = cache.replace(/\/cache$/, "");
    await Deno.chmod(temporary, 0o777);
    const user = IS_ROOT ? NOBODY : Deno.uid();
    // Another user's directory with the expected name must not be used.
    if (IS_ROOT) await Deno.mkdir(`${temporary}/httpcfg-${user}`, { mode: 0o777 });
    const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", TMPDIR: temporary };
    for (const what of ["first", "again"]) {
      const result = await run([...AS_NOBODY, file], env);
      assertRuns(result, what);
      const place = `${temporary}/httpcfg-${user}${IS_ROOT ? ".1" : ""}`;
      assertStringIncludes(JSON.parse(result.stdout).runtime, `${place}/`);
      assertEquals((await Deno.stat(place)).mode! & 0o777, 0o700);
    }
  }));

Deno.test({
  name: "portable: a full disk and a read-only cache, in a mount namespace of its own",
  ignore: !IS_ROOT || !(await has("unshare")),
  fn: () =>
    withCache(async (file, cache) => {
      await Deno.mkdir(`${cache}/small`, { recursive: true });
      await Deno.mkdir(`${cache}/ready`);
      const script = `set -e
        mount -t tmpfs -o size=30m none ${cache}/small
        mount -t tmpfs none /var/cache
        HTTPCFG_CACHE=${cache}/small ${file}
        [ -z "$(ls -A ${cache}/small)" ] || echo leftovers
        HTTPCFG_CACHE=${cache}/ready ${file}
        mount --bind -o ro ${cache}/ready ${cache}/ready
        mount -o remount,ro,bind ${cache}/ready
        env -i HTTPCFG_CACHE=${cache}/ready ${file}
        env -i ${file}`;
      const result = await run(["unshare", "-m", "/bin/sh", "-c", script], {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      });
      assertEquals([result.code, result.stderr], [0, ""]);
      const runtimes = result.stdout.trim().split("\n").map((line) => JSON.parse(line).runtime);
      const places = [
        "/var/cache/httpcfg",
        `${cache}/ready`,
        `${cache}/ready`,
        "/var/cache/httpcfg",
      ];
      assertEquals(runtimes.map((path) => path.split("/").slice(0, -2).join("/")), places);
    }),
});

Deno.test({
  name: "portable: shellcheck reports nothing for the head",
  ignore: !(await has("shellcheck")),
  fn: () =>
    withCache(async (file, cache) => {
      const text = new TextDecoder().decode((await Deno.readFile(file)).subarray(0, 20_000));
      const last = '\nagain "$@"\n';
      const head = text.slice(0, text.indexOf(last) + last.length);
      await Deno.writeTextFile(`${cache}.sh`, head);
      const result = await run(["shellcheck", `${cache}.sh`], Deno.env.toObject());
      assertEquals([result.code, result.stdout], [0, ""]);
    }),
});
