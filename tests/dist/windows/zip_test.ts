// Goal: the portable form for Windows is a zip file that every program reads, whose httpcfg.cmd says
// what is to be started. Method: the archive is read again, by another program where one is here; the
// batch file as text, start_test.ts runs it.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { PERMISSION_FLAGS } from "../../../dist/permissions.ts";
import { fillStart, writePortableZip } from "../../../dist/portable_zip.ts";
import { RUNTIME_FLAGS } from "../../../dist/runtime_flags.ts";
import { unzip, type ZipEntry, zipParts } from "../../../dist/zip.ts";
import { bundle, has, INFO, ROOT, run } from "../support.ts";

function entry(name: string, text: string): ZipEntry {
  return { name, content: new TextEncoder().encode(text) };
}

async function archive(entries: readonly ZipEntry[]): Promise<Uint8Array<ArrayBuffer>> {
  return await new Blob(zipParts(entries)).bytes();
}

const ENTRIES = [
  entry("httpcfg.cmd", "@echo off\r\n"),
  entry("lib/main.js", "x".repeat(100_000)),
  entry("lib/empty", ""),
];

Deno.test("an archive is read as it was made, and is the same each time", async () => {
  const bytes = await archive(ENTRIES);
  assertEquals(unzip(bytes), ENTRIES);
  assertEquals(await archive(ENTRIES), bytes);
  assertEquals(unzip(await archive([])), []);
});

Deno.test({
  name: "other programs read it",
  ignore: !(await has("python3")),
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".zip" });
    await Deno.writeFile(file, await archive(ENTRIES));
    const tested = await run(["/usr/bin/env", "python3", "-m", "zipfile", "-t", file]);
    assertEquals([tested.code, tested.stdout], [0, "Done testing\n"]);
    await Deno.remove(file);
  },
});

Deno.test("what is damaged, or would leave its directory, is neither made nor read", async () => {
  for (const name of ["../x", "/x", "a/../b", "a//b", "", "a\\b", "C:x", ".", "a/./b"]) {
    assertThrows(() => zipParts([entry(name, "")]), Error, "Cannot archive", name);
  }
  const bytes = await archive(ENTRIES);
  for (let at = 0; at < bytes.length; at += 7) {
    const altered = bytes.with(at, bytes[at]! ^ 0xff);
    try {
      const found = unzip(altered);
      // Times and versions are not read.
      assertEquals(found, ENTRIES, `byte ${at}`);
    } catch (error) {
      assert(error instanceof Error);
    }
    assertThrows(() => unzip(bytes.slice(0, at)));
  }
});

Deno.test("httpcfg.cmd has the flags of the program, and the line ends that cmd needs", async () => {
  const template = await Deno.readTextFile(`${ROOT}/dist/portable_head.cmd`);
  const text = fillStart(template, INFO);
  assertEquals(text.match(/(?<!\r)\n/g), null);
  assertEquals(text.match(/@[A-Z]+@/g), null);
  const [, flags = ""] = /^set "HTTPCFG_RUN=run (.*)"\r$/m.exec(text) ?? [];
  for (const flag of [...RUNTIME_FLAGS, ...PERMISSION_FLAGS, "--no-config", "--cached-only"]) {
    assert(flags.split(" ").includes(flag), flag);
  }
  assert(text.includes(`httpcfg ${INFO.version} (${INFO.commit})`));
  // What cmd would take for something else, outside of quotes.
  assertEquals(flags.match(/[&|<>^%!"()]/g), null);
});

Deno.test("the archive has the program, the runtime and the license, and one file to start", async () => {
  const { folder, files } = await bundle("tests/dist/stand_in.ts");
  try {
    const runtime = `${folder}/runtime`;
    await Deno.writeTextFile(runtime, "a runtime");
    const out = `${folder}/out.zip`;
    const license = "Line\nby line\n";
    await writePortableZip({ bundle: folder, files, runtime, info: INFO, license, out });
    const found = new Map(
      unzip(await Deno.readFile(out)).map(({ name, content }) => {
        return [name, new TextDecoder().decode(content)];
      }),
    );
    const top = [...found.keys()].filter((name) => !name.startsWith("lib/"));
    assertEquals(top, ["httpcfg.cmd", "LICENSE.txt"]);
    assertEquals(found.get("lib/deno.exe"), "a runtime");
    assertEquals(found.get("LICENSE.txt"), "Line\r\nby line\r\n");
    for (const name of [...files, "warm.js", "settle.js"]) assert(found.has(`lib/${name}`), name);
    const start = JSON.parse(found.get("lib/start.json")!);
    assert(
      found.get("httpcfg.cmd")!.includes(`set "HTTPCFG_RUN=run ${start.run.join(" ")}"\r\n`),
    );
    for (const [name, value] of Object.entries(start.environment)) {
      assert(found.get("httpcfg.cmd")!.includes(`set "${name}=${value}"\r\n`), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
