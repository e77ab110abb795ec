/** Goal: only a file that was created for this very request proves who the caller is. Method: the
 * real directory, with files of other kinds and older files. */
import { assertEquals, assertRejects } from "@std/assert";
import { createProof, ProofFolder } from "../../../mod/host/sharing/register_proof.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

const ignore = Deno.build.os === "windows";

async function proofs(folder: TempFolder): Promise<ProofFolder> {
  const opened = new ProofFolder(folder.at("proof"));
  await opened.open();
  return opened;
}

Deno.test({
  name: "ProofFolder.registrantOf() returns the owner of a new, empty file",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const opened = await proofs(folder);
    const challenge = opened.issue();
    await createProof(folder.at("proof"), `${challenge.nonce}-x`);
    const found = await opened.registrantOf(`${challenge.nonce}-x`, challenge);
    assertEquals([found?.uid, found?.isAdministrator], [Deno.uid(), true]);
    assertEquals(found?.gids.includes(Deno.gid()!), true);
    const again = await opened.registrantOf(`${challenge.nonce}-x`, challenge);
    assertEquals(again, null, "a proof is accepted once");
    await createProof(folder.at("proof"), "taken");
    await assertRejects(() => createProof(folder.at("proof"), "taken"), Deno.errors.AlreadyExists);
  },
});

Deno.test({
  name: "ProofFolder.registrantOf() rejects any file that another user could have opened",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const opened = await proofs(folder);
    const before = folder.at("before");
    await createProof(folder.path, "before");
    const createdMs = Date.now();
    const cases: [what: string, make: (path: string) => Promise<unknown>, issuedMs?: number][] = [
      ["nothing", () => Promise.resolve()],
      ["moved here", (path) => Deno.rename(before, path), createdMs + 1000],
      ["with bytes", (path) => Deno.writeTextFile(path, "x", { mode: 0o600 })],
      ["open to others", (path) => Deno.writeTextFile(path, "", { mode: 0o644 })],
      ["a symbolic link", (path) => Deno.symlink("/etc/passwd", path)],
      ["a folder", (path) => Deno.mkdir(path, { mode: 0o700 })],
      ["a second link", async (path) => {
        await createProof(folder.path, "linked");
        await Deno.link(folder.at("linked"), path);
      }],
    ];
    for (const [what, make, issuedMs] of cases) {
      const issued = opened.issue();
      // The file that is moved here is a second older than the challenge.
      const challenge = { ...issued, issuedMs: issuedMs ?? issued.issuedMs };
      const name = `${challenge.nonce}-x`;
      await make(folder.at(`proof/${name}`));
      assertEquals(await opened.registrantOf(name, challenge), null, what);
      await opened.revoke(challenge);
      assertEquals([...Deno.readDirSync(folder.at("proof"))], [], what);
    }
  },
});

Deno.test({
  name: "ProofFolder.open() creates a directory to create files in, but not to list",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await Deno.mkdir(folder.at("proof"));
    await Deno.writeTextFile(folder.at("proof/left"), "by a killed service");
    await proofs(folder);
    assertEquals(Deno.lstatSync(folder.at("proof")).mode! & 0o7777, 0o1733);
    assertEquals([...Deno.readDirSync(folder.at("proof"))], []);
    await Deno.remove(folder.at("proof"));
    await Deno.symlink("/tmp", folder.at("proof"));
    await assertRejects(() => proofs(folder), Error, "is not a directory");
  },
});
