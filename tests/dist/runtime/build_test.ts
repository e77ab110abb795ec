// Goal: a build makes what it can, with the sums of exactly that, and says of the rest what is missing,
// why, and what cures it. Method: the build itself, with the runtime of this machine for all targets.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sumsOf } from "../../../dist/sums.ts";
import { findTarget, portableName, TARGETS } from "../../../dist/targets.ts";
import { ROOT, run, type RunResult } from "../support.ts";

const HOST = findTarget(Deno.build.target)!;

function build(folder: string, ...options: string[]): Promise<RunResult> {
  const command = [Deno.execPath(), "run", "-A", `${ROOT}/dist/build.ts`, `--out=${folder}`];
  return run([...command, "--portable", ...options], Deno.env.toObject());
}

Deno.test("a build for all targets with one runtime makes one file, and names the others", async () => {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    // What an earlier build has left is neither listed nor kept as if it were of this one.
    for (const name of ["httpcfg-windows-x64.exe", "httpcfg-windows-x64.zip", "SHA256SUMS"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "old");
    }
    const { code, stderr } = await build(folder, "--target=all", `--runtime=${Deno.execPath()}`);
    assertEquals(code, 1);
    const others = TARGETS.filter((target) => target !== HOST);
    for (const { name } of others) {
      assertStringIncludes(
        stderr,
        `error: Cannot build for "${name}" with the runtime "${Deno.execPath()}": ` +
          `it is for ${HOST.name}\n` +
          `hint: deno task build --target=${name} --portable --runtime=npm\n`,
      );
    }
    const names = others.map(({ name }) => name).join(", ");
    assertMatch(stderr, new RegExp(`error: Cannot build for 5 of 6 targets: ${names}, as said`));
    const made = portableName(HOST);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(files, ["SHA256SUMS", made]);
    const sums = await Deno.readTextFile(`${folder}/SHA256SUMS`);
    assertEquals(sums, await sumsOf(folder, [made]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a runtime that is none, or not there, is refused with what to type instead", async () => {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
  try {
    const half = `${folder}/half`;
    const own = await Deno.readFile(Deno.execPath());
    await Deno.writeFile(half, own.subarray(0, own.length >> 1));
    const cases: readonly (readonly [runtime: string, says: string])[] = [
      [half, `with the runtime "${half}": it is truncated\nhint: deno task build `],
      [`${folder}/none`, `Cannot read the runtime "${folder}/none": no such file\nhint: `],
      [folder, `Cannot read the runtime "${folder}": `],
    ];
    for (const [runtime, says] of cases) {
      const { code, stderr } = await build(`${folder}/out`, `--runtime=${runtime}`);
      assertEquals(code, 1);
      assertStringIncludes(stderr, says);
    }
    assertEquals(await Deno.readTextFile(`${folder}/out/SHA256SUMS`), "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
