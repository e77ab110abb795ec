// Goal: ours agree with the system's tar and cksum. Method: run those.
import { assertEquals, assertThrows } from "@std/assert";
import { cksum } from "../../dist/portable.ts";
import { findInTar, tarParts } from "../../dist/tar.ts";

const ENTRIES = [
  { name: "empty.js", content: new Uint8Array(0), mode: 0o600 },
  { name: "one-block", content: new Uint8Array(512).fill(7), mode: 0o700 },
  { name: "odd_size", content: new Uint8Array(1000).map((_, index) => index), mode: 0o644 },
];

Deno.test("tarParts() makes an archive that tar unpacks to the same bytes and modes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.tar`, await new Blob(tarParts(ENTRIES)).bytes());
    const tar = new Deno.Command("tar", { args: ["-xpf", "a.tar"], cwd: folder });
    assertEquals((await tar.output()).code, 0);
    for (const { name, content, mode } of ENTRIES) {
      assertEquals(await Deno.readFile(`${folder}/${name}`), content, name);
      assertEquals((await Deno.stat(`${folder}/${name}`)).mode! & 0o777, mode, name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findInTar() finds a file in what tar has packed, and nothing that is not whole", async () => {
  const folder = await Deno.makeTempDir();
  const path = `package/${"deep/".repeat(24)}deno`; // more than the field of a name holds
  try {
    await Deno.mkdir(`${folder}/${path}`.replace(/[^/]*$/, ""), { recursive: true });
    const content = new Uint8Array(1000).map((_, index) => index);
    await Deno.writeFile(`${folder}/${path}`, content);
    await Deno.writeTextFile(`${folder}/package/README`, "text");
    const words = ["--format=ustar", "-cf", "a.tar", "package"];
    assertEquals((await new Deno.Command("tar", { args: words, cwd: folder }).output()).code, 0);
    const archive = await Deno.readFile(`${folder}/a.tar`);
    assertEquals(findInTar(archive, path), content);
    assertEquals(findInTar(archive, "package/README"), new TextEncoder().encode("text"));
    for (const absent of ["package/", "package", "deno", ""]) {
      assertEquals(findInTar(archive, absent), null, absent);
    }
    const whole = await new Blob(tarParts(ENTRIES)).bytes();
    assertEquals(findInTar(whole, "odd_size"), ENTRIES[2]!.content);
    for (let length = 0; length < 512 * 5; length += 100) {
      assertEquals(findInTar(whole.slice(0, length), "odd_size"), null);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tarParts() refuses a name that could leave the directory", () => {
  for (const name of ["../up", "/root", "a/b", "", "x".repeat(101)]) {
    assertThrows(() => tarParts([{ name, content: new Uint8Array(0), mode: 0o600 }]), Error);
  }
});

Deno.test("cksum() prints what cksum prints", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const entry of ENTRIES) {
      await Deno.writeFile(`${folder}/file`, entry.content);
      const script = { args: ["-c", "cksum <file"], cwd: folder };
      const { stdout } = await new Deno.Command("/bin/sh", script).output();
      assertEquals(`${cksum([entry.content])}\n`, new TextDecoder().decode(stdout), entry.name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
