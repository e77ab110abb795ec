// Goal: a new version of the portable form removes the older ones that nobody runs, and never one
// that somebody does. Method: small programs of the system in place of the runtime.
// portable_test.ts has the real file.
import { assertEquals } from "@std/assert";
import { writePortable } from "../../dist/portable.ts";
import { isReplaced, isRunning, removeUnused } from "../../dist/portable_clean.ts";
import { waitFor } from "../support/wait.ts";
import { has, run } from "./support.ts";

const OWN = "0.3.0-00000000000000ff";
const OLD = "0.2.0-00000000000000aa";
const ignore = Deno.build.os !== "linux";

async function withCache(test: (cache: string) => Promise<void> | void): Promise<void> {
  const cache = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    await test(cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** Makes an unpacked build whose runtime is `program`. */
function build(cache: string, name: string, program = "/bin/cat"): string {
  Deno.mkdirSync(`${cache}/${name}`);
  Deno.copyFileSync(program, `${cache}/${name}/httpcfg`);
  Deno.writeTextFileSync(`${cache}/${name}/main.js`, "");
  Deno.writeTextFileSync(`${cache}/${name}/stamp`, `${name}\n`);
  return `${cache}/${name}`;
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

/** Runs the runtime of a build until its stdin is closed. */
function hold(folder: string): { end(): Promise<unknown> } {
  const child = new Deno.Command(`${folder}/httpcfg`, { stdin: "piped", stdout: "null" }).spawn();
  return {
    async end(): Promise<void> {
      await child.stdin.close();
      await child.status;
    },
  };
}

Deno.test("isReplaced() knows builds by their names, and leaves newer versions", () => {
  const replaced = (name: string): boolean => isReplaced(name, "1.10.0-00000000000000ff");
  const older = ["1.10.0", "1.9.9", "0.99.99", "1.10.0-rc.1"].map((one) =>
    `${one}-${"0a".repeat(8)}`
  );
  assertEquals(older.map(replaced), older.map(() => true));
  const others = ["1.10.1", "1.11.0", "2.0.0", "x1.0.0", "1.0", "..1.0.0", ""];
  const foreign = [...others.map((one) => `${one}-${"0a".repeat(8)}`), "1.0.0", "1.0.0-abc", "bin"];
  assertEquals(foreign.map(replaced), foreign.map(() => false));
  assertEquals(replaced("1.10.0-00000000000000ff"), false);
});

Deno.test({
  name: "removeUnused() removes what this version replaces, and nothing that is not ours",
  ignore,
  fn: () =>
    withCache((cache) => {
      for (const name of [OWN, OLD, "0.2.9-00000000000000bb", "0.4.0-00000000000000cc"]) {
        build(cache, name);
      }
      build(cache, "0.1.0-by-hand");
      build(cache, "kept");
      const kept = ["0.1.0-by-hand", OWN, "0.4.0-00000000000000cc", "kept"];
      // A link is not followed, and neither is one inside of what is removed.
      Deno.symlinkSync(`${cache}/kept`, `${cache}/0.1.0-00000000000000dd`);
      Deno.symlinkSync(`${cache}/kept`, `${cache}/${OLD}/link`);
      kept.push("0.1.0-00000000000000dd");
      // Without a runtime, or with a link in its place, it is nothing that we have made.
      Deno.mkdirSync(`${cache}/0.1.0-00000000000000ee`);
      build(cache, "0.1.1-00000000000000ee");
      Deno.removeSync(`${cache}/0.1.1-00000000000000ee/httpcfg`);
      Deno.symlinkSync(`${cache}/kept/httpcfg`, `${cache}/0.1.1-00000000000000ee/httpcfg`);
      Deno.writeTextFileSync(`${cache}/0.1.2-00000000000000ee`, "a file");
      kept.push("0.1.0-00000000000000ee", "0.1.1-00000000000000ee", "0.1.2-00000000000000ee");
      if (Deno.uid() === 0) {
        Deno.chownSync(build(cache, "0.1.3-00000000000000ee"), 65534, 65534);
        kept.push("0.1.3-00000000000000ee");
      }
      // What a start has left behind long ago.
      const past = new Date("2020-01-01");
      for (const name of [".new.12", ".old.34", ".new.56"]) Deno.mkdirSync(`${cache}/${name}`);
      for (const name of [".new.12", ".old.34"]) Deno.utimeSync(`${cache}/${name}`, past, past);
      kept.push(".new.56");
      removeUnused(cache, OWN);
      assertEquals(names(cache), kept.sort());
      assertEquals(names(`${cache}/kept`), ["httpcfg", "main.js", "stamp"]);
    }),
});

Deno.test({
  name: "removeUnused() leaves a build that a process runs, as it was",
  ignore,
  fn: () =>
    withCache(async (cache) => {
      const folder = build(cache, OLD);
      const holder = hold(folder);
      await waitFor(() => isRunning(`${folder}/httpcfg`), "the process");
      removeUnused(cache, OWN);
      assertEquals(names(folder), ["httpcfg", "main.js", "stamp"]);
      await holder.end();
      removeUnused(cache, OWN);
      assertEquals(names(cache), []);
    }),
});

Deno.test({
  name: "removeUnused() gives way to a start that comes at any of its steps",
  ignore,
  fn: () =>
    withCache(async (cache) => {
      const folder = build(cache, OLD);
      // After the first look: the start is seen by the second, and the runtime gets its name back.
      const asked: string[] = [];
      let holder: ReturnType<typeof hold> | undefined;
      removeUnused(cache, OWN, (path) => {
        asked.push(path.slice(cache.length));
        if (asked.length > 1) return isRunning(path);
        assertEquals(isRunning(path), false);
        holder = hold(folder);
        return false;
      });
      assertEquals(asked, [`/${OLD}/httpcfg`, `/${OLD}/.unused`]);
      assertEquals(names(folder), ["httpcfg", "main.js", "stamp"]);
      await holder!.end();

      // After the second look: the start has found no runtime and has put a new build there.
      removeUnused(cache, OWN, (path) => {
        if (path.endsWith("/.unused")) {
          Deno.removeSync(folder, { recursive: true });
          build(cache, OLD);
        }
        return false;
      });
      assertEquals([names(cache), names(folder)], [[OLD], ["httpcfg", "main.js", "stamp"]]);

      // One that was interrupted in the middle is taken up.
      Deno.renameSync(`${folder}/httpcfg`, `${folder}/.unused`);
      removeUnused(cache, OWN);
      assertEquals(names(cache), []);
    }),
});

/** Starts between two removals. A start that loses its runtime unpacks again, which takes longer. */
const STARTS_BETWEEN = 6;
const SHELLS = ["dash", "bash", "busybox"];

Deno.test({
  name: "a start that loses its runtime to a newer version gets another, in every sh",
  ignore,
  fn: () =>
    withCache(async (cache) => {
      // The shell in place of the runtime runs the file `run` in the working directory.
      const [folder, file, work] = [`${cache}/cache`, `${cache}/httpcfg`, `${cache}/work`];
      await Deno.mkdir(work);
      const script = 'for word; do main=$last last=$word; done; cat "$main" && echo "$last"\n';
      await Deno.writeTextFile(`${work}/run`, `last=\n${script}`);
      await Deno.writeTextFile(`${cache}/main.js`, "main\n");
      const info = { version: "0.2.0", commit: "-" };
      const runtime = await Deno.realPath("/bin/sh");
      await writePortable({ bundle: cache, files: ["main.js"], runtime, info, out: file });
      const env = { PATH: "/usr/bin:/bin", HTTPCFG_CACHE: folder };
      const inWork = (words: readonly string[]) =>
        run(["env", "-C", work, ...words, file, "a b"], env);
      assertEquals(await inWork([]), { code: 0, stdout: "main\na b\n", stderr: "" });

      const [name = ""] = names(folder);
      for (const shell of SHELLS) {
        if (!(await has(shell))) continue;
        const sh = shell === "busybox" ? ["busybox", "sh"] : [shell];
        assertEquals((await inWork(sh)).code, 0, "it is there again");
        // As busy as an open file makes it for a moment, and as gone as a rename makes it.
        const busy = await Deno.open(`${folder}/${name}/httpcfg`, { write: true });
        const refused = await inWork(sh);
        busy.close();
        assertEquals([shell, refused.code, refused.stdout], [shell, 126, ""]);

        let [started, removed] = [0, 0];
        let isOver = false;
        const starts = Promise.all([1, 2, 3].map(async () => {
          for (let count = 0; count < 25; count++) {
            const { code, stdout, stderr } = await inWork(sh);
            assertEquals([shell, code, stdout], [shell, 0, "main\na b\n"], stderr);
            started++;
          }
        })).finally(() => isOver = true);
        while (!isOver) {
          removeUnused(folder, "0.3.0-00000000000000ff");
          const isRemoved = !names(folder).includes(name);
          if (isRemoved) removed++;
          const next = isRemoved ? started + STARTS_BETWEEN : 0;
          await waitFor(() => isOver || started >= next, "more starts");
          await new Promise((resolve) => setTimeout(resolve));
        }
        await starts;
        assertEquals(removed > 0, true, shell);
      }
    }),
});
