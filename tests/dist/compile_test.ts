// Goal: `deno compile` ships the complete program, nothing else, and with the right permissions.
// Method: a small ELF file takes the place of the runtime, then the result is read.
import { assert, assertEquals, assertLess } from "@std/assert";
import { compileBundle } from "../../dist/compile.ts";
import { ENVIRONMENT, SYSTEM } from "../../dist/permissions.ts";
import { findTarget, releaseName, TARGETS } from "../../dist/targets.ts";
import { bundle } from "./support.ts";

const STAND_IN_ELF = "/bin/true";
/** Room for the stand-in program and Deno's own records; the npm package `deno-std` is 2.7 MB. */
const EMBEDDED_BYTES_MAX = 80_000;

Deno.test("compileBundle() embeds the bundle and narrow permissions, but no packages", async () => {
  const { folder, files } = await bundle("tests/dist/stand_in.ts");
  const before = Deno.env.get("DENORT_BIN");
  Deno.env.set("DENORT_BIN", STAND_IN_ELF);
  try {
    const target = findTarget(Deno.build.target);
    assert(target !== undefined);
    const out = `${folder}/compiled`;
    assertEquals(await compileBundle({ bundle: folder, target, out }), "made");
    const bytes = await Deno.readFile(out);
    const text = new TextDecoder("latin1").decode(bytes);
    const embedded = [...text.matchAll(/"n":"([^"]+)"/g)].map((match) => match[1] ?? "");
    assertEquals(embedded.sort(), [...files].sort());
    assertLess(bytes.length - (await Deno.stat(STAND_IN_ELF)).size, EMBEDDED_BYTES_MAX);

    const metadata = JSON.parse(/\{"argv".*?"app_name":"[^"]*"\}/.exec(text)?.[0] ?? "null");
    assertEquals(metadata.entrypoint_key, "main.js");
    assertEquals(metadata.app_name, "httpcfg");
    assertEquals(metadata.node_modules, null);
    const { permissions } = metadata;
    assertEquals(permissions.prompt, false);
    assertEquals([permissions.allow_ffi, permissions.deny_ffi], [null, []]);
    assertEquals(permissions.deny_import, []);
    assertEquals(permissions.allow_env, ENVIRONMENT);
    assertEquals(permissions.allow_sys, SYSTEM);
  } finally {
    if (before === undefined) Deno.env.delete("DENORT_BIN");
    else Deno.env.set("DENORT_BIN", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("releaseName() returns one name for each target, with the suffix for Windows", () => {
  const names = TARGETS.map(releaseName);
  assertEquals(new Set(names).size, TARGETS.length);
  assertEquals(names.filter((name) => name.endsWith(".exe")).length, 2);
  assertEquals(releaseName(TARGETS[0]!), "httpcfg-linux-x64");
});
