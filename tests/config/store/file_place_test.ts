// Goal: an open file is told from whatever has its path by now. Method: files on disk.
import { assertEquals } from "@std/assert";
import { leadsTo } from "../../../mod/config/store/file_place.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("leadsTo() tells the open file from one that was removed or replaced", async () => {
  await using folder = await tempFolder();
  const path = folder.at("f");
  using file = await Deno.open(path, { create: true, write: true });
  assertEquals(await leadsTo(path, file), true);
  await Deno.rename(path, folder.at("moved"));
  assertEquals(await leadsTo(path, file), false);
  await Deno.writeTextFile(path, "");
  assertEquals(await leadsTo(path, file), false);
  assertEquals(await leadsTo(folder.at("moved"), file), true);
});
