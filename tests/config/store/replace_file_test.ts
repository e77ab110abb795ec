// Goal: the old text or the new one, never a part. Method: a temporary directory, failing steps.
import { assertEquals, assertRejects } from "@std/assert";
import { replaceFile } from "../../../mod/config/store/replace_file.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const nothing = (): Promise<void> => Promise.resolve();

Deno.test("replaceFile() writes the new text and leaves no other file", async () => {
  await using folder = await tempFolder();
  const file = folder.at("file");
  await replaceFile(file, "one", { owner: null, beforeRename: nothing });
  const owner = await Deno.stat(file);
  await replaceFile(file, "two", { owner, beforeRename: nothing });
  assertEquals([await Deno.readTextFile(file), folder.names()], ["two", ["file"]]);
});

Deno.test("replaceFile() has the new text on disk before it replaces the old one", async () => {
  await using folder = await tempFolder();
  const file = folder.at("file");
  await Deno.writeTextFile(file, "old");
  await replaceFile(file, "new", {
    owner: null,
    async beforeRename(): Promise<void> {
      assertEquals(await Deno.readTextFile(`${file}.new`), "new");
      assertEquals(await Deno.readTextFile(file), "old");
    },
  });
});

Deno.test("replaceFile() leaves the old text and no other file if it fails", async () => {
  await using folder = await tempFolder();
  const file = folder.at("file");
  await Deno.writeTextFile(file, "old");
  const beforeRename = (): Promise<never> => Promise.reject(new Error("no history"));
  await assertRejects(
    () => replaceFile(file, "new", { owner: null, beforeRename }),
    Error,
    "no hi",
  );
  assertEquals([await Deno.readTextFile(file), folder.names()], ["old", ["file"]]);
});
