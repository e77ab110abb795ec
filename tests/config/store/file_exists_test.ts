// Goal: whether a file exists. Method: a directory. What a user may not see: tests/e2e.
import { assertEquals } from "@std/assert";
import { fileExists } from "../../../mod/config/store/file_exists.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("fileExists() reports files, and nothing else", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("file"), "");
  assertEquals(fileExists(folder.at("file")), true);
  for (const none of [folder.at("none"), folder.at("file/below"), folder.path]) {
    assertEquals(fileExists(none), false, none);
  }
});
