// Goal: a file takes the place of another, also while a program on Windows still has that one open.
// Method: files; there a handle of this process, which is closed meanwhile.
import { assertEquals, assertRejects } from "@std/assert";
import { fileFault } from "../../../mod/base/file_fault.ts";
import { moveOver, moveOverSync } from "../../../mod/config/store/move_over.ts";
import { tempFolder } from "../../support/temp_folder.ts";

Deno.test("moveOver() and moveOverSync() replace a file", async () => {
  await using folder = await tempFolder();
  for (const move of [moveOver, moveOverSync]) {
    await Deno.writeTextFile(folder.at("old"), "old");
    await Deno.writeTextFile(folder.at("new"), "new");
    await move(folder.at("new"), folder.at("old"));
    assertEquals(await Deno.readTextFile(folder.at("old")), "new");
    assertEquals([...Deno.readDirSync(folder.path)].length, 1);
  }
  await assertRejects(() => moveOver(folder.at("none"), folder.at("old")), Deno.errors.NotFound);
});

Deno.test({
  name: "moveOver() waits for a program that has the file open, and says so if it stays open",
  ignore: Deno.build.os !== "windows", // elsewhere an open file is no hindrance
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await Deno.writeTextFile(folder.at("old"), "old");
    await Deno.writeTextFile(folder.at("new"), "new");
    const held = await Deno.open(folder.at("old"));
    const error = await moveOver(folder.at("new"), folder.at("old")).catch((thrown) => thrown);
    if (error !== undefined) { // not where a name can be taken from an open file
      const { message } = fileFault("write", "old", error);
      assertEquals(message, 'Cannot write "old": another program has it open');
      const moved = moveOver(folder.at("new"), folder.at("old"));
      held.close();
      await moved;
    } else held.close();
    assertEquals(await Deno.readTextFile(folder.at("old")), "new");
  },
});
