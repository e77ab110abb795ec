// Goal: the state of a certificate is found again, whatever the certificate is called. Method: files.
import { assertEquals } from "@std/assert";
import { initialState } from "../../mod/acme/acme_state.ts";
import { loadState, lockCertificate, saveState } from "../../mod/acme/state_files.ts";
import { tempFolder } from "../support/temp_folder.ts";

const STATE = initialState({ server: "https://ca.example/", names: ["con.example"] });

Deno.test("saveState() and loadState() use a name that every system has", async () => {
  await using folder = await tempFolder();
  await saveState(folder.path, "con.example", STATE);
  await saveState(folder.path, "www.example", STATE);
  (await lockCertificate(folder.path, "con.example"))[Symbol.dispose]();
  const files = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assertEquals(files, ["%63on.example.json", "%63on.example.lock", "www.example.json"]);
  assertEquals(await loadState(folder.path, "con.example"), STATE);
});

Deno.test({
  name: "loadState() reads what an older program has written, and saveState() replaces it",
  ignore: Deno.build.os === "windows", // where no older program could write it
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await Deno.writeTextFile(folder.at("con.example.json"), JSON.stringify(STATE));
    assertEquals(await loadState(folder.path, "con.example"), STATE);
    await saveState(folder.path, "con.example", STATE);
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [
      "%63on.example.json",
    ]);
  },
});
