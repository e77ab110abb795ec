import { assertEquals, assertRejects } from "@std/assert";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { identify, openIdentified } from "../../../mod/site/static/opened_file.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const files = new FileAccess().site(1);

Deno.test("openIdentified() opens the file that was found, and no other of its size and time", async () => {
  await using temp = await tempFolder();
  for (const name of ["found", "other"]) {
    await Deno.writeTextFile(temp.at(name), name);
    await Deno.utime(temp.at(name), 1000, 1000);
  }
  const { stamp, size } = await identify(temp.at("found"));
  const file = (await openIdentified(temp.at("found"), stamp, files))!;
  assertEquals(file.size, size);
  const buffer = new Uint8Array(10);
  assertEquals(await file.read(buffer, 2), 3);
  assertEquals(new TextDecoder().decode(buffer.subarray(0, 3)), "und");
  assertEquals(await file.read(buffer, 5), 0);
  file.close();
  assertEquals(await file.read(buffer, 0), 0); // closed
  await Deno.rename(temp.at("other"), temp.at("found"));
  assertEquals(await openIdentified(temp.at("found"), stamp, files), null);
});

Deno.test({
  name: "openIdentified() follows no link, waits for no pipe and opens no directory",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.writeTextFile(temp.at("f"), "f");
    await Deno.symlink("f", temp.at("link"));
    await Deno.mkdir(temp.at("folder"));
    await new Deno.Command("mkfifo", { args: [temp.at("pipe")] }).output();
    const { stamp } = await identify(temp.at("f"));
    await assertRejects(() => openIdentified(temp.at("link"), stamp, files), Error, "ELOOP");
    for (const name of ["pipe", "folder"]) {
      const own = await identify(temp.at(name));
      assertEquals(own.isFile, false);
      assertEquals(await openIdentified(temp.at(name), own.stamp, files), null);
    }
  },
});
