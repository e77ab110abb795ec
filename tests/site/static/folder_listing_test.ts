import { assertEquals } from "@std/assert";
import { LISTED_MAX } from "../../../mod/site/static/folder_listing.ts";
import { listingOf } from "../../support/pages/folders.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("a listing is sorted by name, size and time in both orders, directories first", async () => {
  await using temp = await tempFolder();
  const files = [["a2", 30, 3], ["a10", 10, 1], ["b1", 20, 2], ["b2", 20, 2]] as const;
  for (const [name, size, time] of files) {
    await Deno.writeTextFile(temp.at(name), "x".repeat(size));
    await Deno.utime(temp.at(name), time * 1e6, time * 1e6);
  }
  for (const [name, time] of [["d1", 5], ["d2", 4]] as const) {
    await Deno.mkdir(temp.at(name));
    await Deno.utime(temp.at(name), time * 1e6, time * 1e6);
  }
  const cases: [query: string | null, want: string][] = [
    [null, "d1 d2 a2 a10 b1 b2"],
    ["sort=name&order=desc", "d2 d1 b2 b1 a10 a2"],
    ["sort=size", "d1 d2 a10 b1 b2 a2"],
    ["sort=size&order=desc", "d1 d2 a2 b1 b2 a10"],
    ["sort=time", "d2 d1 a10 b1 b2 a2"],
    ["sort=time&order=desc", "d1 d2 a2 b1 b2 a10"],
    ["filter=B", "b1 b2"],
    ["filter=2&sort=size&order=desc", "d2 a2 b2"],
    ["filter=nowhere", ""],
  ];
  for (const [query, want] of cases) {
    const { entries } = await listingOf(temp.path, query);
    assertEquals(entries.map(({ name }) => name).join(" "), want, `${query}`);
  }
  const { folders, files: count, bytes, total } = await listingOf(temp.path, "filter=2");
  assertEquals([folders, count, bytes, total], [1, 2, 50, 6]);
});

Deno.test("a listing of more names than a page holds says so, and is sorted by name", async () => {
  await using temp = await tempFolder();
  const names = Array.from({ length: LISTED_MAX + 5 }, (_, i) => `n${i}`);
  for (const name of names) Deno.writeTextFileSync(temp.at(name), "");
  const all = await listingOf(temp.path, "sort=size&order=desc");
  assertEquals([all.entries.length, all.files, all.bytes], [LISTED_MAX, names.length, null]);
  assertEquals([all.sort, all.entries[0]!.name], ["name", `n${names.length - 1}`]);
  const some = await listingOf(temp.path, "sort=size&filter=n99");
  assertEquals([some.sort, some.files, some.total], ["size", 111, names.length]);
});
