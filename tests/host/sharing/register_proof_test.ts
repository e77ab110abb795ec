/** Goal: only a file that was made for this very request proves who asks. Method: the real folder; files
 * of other kinds, of before, and of another user where this one is root. */
import { assertEquals, assertRejects } from "@std/assert";
import { createProof, ProofFolder } from "../../../mod/host/sharing/register_proof.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

const ignore = Deno.build.os === "windows";

async function proofs(folder: TempFolder): Promise<ProofFolder> {
  const made = new ProofFolder(folder.at("proof"));
  await made.open();
  return made;
}

Deno.test({
  name: "ProofFolder.registrantOf() names the owner of a new, empty file of its own",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const made = await proofs(folder);
    const wanted = made.issue();
    await createProof(folder.at("proof"), `${wanted.nonce}-x`);
    const found = await made.registrantOf(`${wanted.nonce}-x`, wanted);
    assertEquals([found?.uid, found?.isAdministrator], [Deno.uid(), true]);
    assertEquals(found?.gids.includes(Deno.gid()!), true);
    const again = await made.registrantOf(`${wanted.nonce}-x`, wanted);
    assertEquals(again, null, "a proof is taken once");
    await createProof(folder.at("proof"), "taken");
    await assertRejects(() => createProof(folder.at("proof"), "taken"), Deno.errors.AlreadyExists);
  },
});

Deno.test({
  name: "ProofFolder.registrantOf() believes no file that somebody else may have made",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const made = await proofs(folder);
    const before = folder.at("before");
    await createProof(folder.path, "before");
    const madeMs = Date.now();
    const cases: [what: string, make: (path: string) => Promise<unknown>, issuedMs?: number][] = [
      ["nothing", () => Promise.resolve()],
      ["moved here", (path) => Deno.rename(before, path), madeMs + 1000],
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
      const asked = made.issue();
      // What is moved here was made a second before the question.
      const wanted = { ...asked, issuedMs: issuedMs ?? asked.issuedMs };
      const name = `${wanted.nonce}-x`;
      await make(folder.at(`proof/${name}`));
      assertEquals(await made.registrantOf(name, wanted), null, what);
      await made.revoke(wanted);
      assertEquals([...Deno.readDirSync(folder.at("proof"))], [], what);
    }
  },
});

Deno.test({
  name: "ProofFolder.open() makes a folder to put files in, and not to look into",
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
