import { assertEquals, assertStrictEquals } from "@std/assert";
import type { FolderContents } from "../../../mod/site/static/folder_contents.ts";
import { contentsOf, folderReader } from "../../support/pages/folders.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const HAS_MODES = Deno.build.os !== "windows";

Deno.test("a directory is read in natural order, directories first, without hidden names", async () => {
  await using temp = await tempFolder();
  const hidden = HAS_MODES ? [".secret", "z\\w"] : [".secret"];
  for (const name of ["file10", "file2", "B", "a", ...hidden]) {
    await Deno.writeTextFile(temp.at(name), "");
  }
  for (const name of ["sub10", "sub9", ".git"]) await Deno.mkdir(temp.at(name));
  const { entries, isComplete } = await contentsOf(temp.path);
  const names = entries.map(({ name }) => name);
  assertEquals(names, ["sub9", "sub10", "a", "B", "file2", "file10"]);
  assertEquals(isComplete, true);
});

Deno.test({
  name: "look() finds size, time and kind, and nothing where nothing can be requested",
  ignore: !HAS_MODES,
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.writeTextFile(temp.at("file"), "12345");
    await Deno.utime(temp.at("file"), 1e9, 1e9);
    await Deno.mkdir(temp.at("folder"));
    await Deno.symlink("file", temp.at("link"));
    await Deno.writeTextFile(temp.at("removed"), "");
    await new Deno.Command("mkfifo", { args: [temp.at("pipe")] }).output();
    const touch = `touch "$1/$(printf 'not-\\377-text')"`;
    await new Deno.Command("sh", { args: ["-c", touch, "sh", temp.path] }).output();
    const contents = await contentsOf(temp.path);
    await Deno.remove(temp.at("removed"));
    assertEquals(await contents.look(contents.entries), "proved");
    const found = contents.entries.map(({ name, facts }) => [name, facts?.kind, facts?.size]);
    assertEquals(found, [
      ["folder", "folder", null],
      ["file", "file", 5],
      ["link", "link", null],
      ["not-\ufffd-text", undefined, undefined],
      ["pipe", "other", null],
      ["removed", undefined, undefined],
    ]);
    assertEquals(contents.entries[1]!.facts?.modifiedMs, 1e12);
  },
});

Deno.test("requests at the same time share what is read, for a second", async () => {
  await using temp = await tempFolder();
  await Deno.writeTextFile(temp.at("a"), "");
  let nowMs = 0;
  const reader = folderReader(temp.path, () => nowMs);
  const seen: FolderContents[] = [];
  const hold = Promise.withResolvers<void>();
  const read = (i: number): Promise<unknown> => {
    return reader.read(temp.path, async (contents) => {
      seen[i] = contents;
      await hold.promise;
    });
  };
  const reads = [read(0), read(1)];
  nowMs = 1000;
  reads.push(read(2));
  hold.resolve();
  await Promise.all(reads);
  assertStrictEquals(seen[0], seen[1]);
  assertEquals(seen[2] === seen[0], false);
  await read(3);
  assertEquals(seen[3] === seen[2], false, "nothing is kept when nobody uses it");
});

Deno.test("a directory that is gone, or may not be read, is no failure of the disk", async () => {
  await using temp = await tempFolder();
  const reader = folderReader(temp.path);
  const use = (): Promise<string> => Promise.resolve("read");
  assertEquals(await reader.read(temp.at("none"), use), "missing");
  if (!HAS_MODES || Deno.uid() === 0) return;
  await Deno.mkdir(temp.at("closed"), { mode: 0o300 });
  assertEquals(await reader.read(temp.at("closed"), use), "forbidden");
});

Deno.test({
  name: "look() shows nothing of a directory that another user may have put in the place",
  ignore: !HAS_MODES || Deno.uid() !== 0,
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.mkdir(temp.at("sub"));
    await Deno.writeTextFile(temp.at("sub/a"), "12345");
    const nowMs = Date.now();
    const reader = folderReader(temp.path, () => nowMs);
    const outcome = await reader.read(temp.at("sub"), async (contents) => {
      await Deno.chown(temp.path, 65534, 65534); // after the names were read and proved
      return [await contents.look(contents.entries), contents.entries[0]!.facts];
    });
    assertEquals(outcome, ["changing", undefined]);
    assertEquals(await reader.read(temp.at("sub"), () => Promise.resolve("read")), "changing");
  },
});
