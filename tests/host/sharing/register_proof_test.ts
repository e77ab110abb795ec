/** Goal: only a file that was created for this very request proves who the caller is. Method: real
 * directories, with files of other kinds and older files. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  createProof,
  createProofIn,
  findProofFolders,
  issueChallenge,
  registrantOf,
} from "../../../mod/host/sharing/register_proof.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const ignore = Deno.build.os === "windows";
const isRoot = Deno.uid() === 0;
/** A user other than root, who can prove something; only root can act for another user. */
const USER = isRoot ? 65534 : Deno.uid()!;

/** Gives a file to that user. */
async function give(path: string): Promise<void> {
  if (isRoot) await Deno.chown(path, USER, USER);
}

Deno.test({
  name: "registrantOf() returns the owner of a new, empty file, never as an administrator",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const challenge = issueChallenge();
    const proof = await createProofIn(folder.path, "name");
    if (isRoot) assertEquals(await registrantOf(folder.path, "name", challenge), null);
    await give(folder.at("name"));
    const found = await registrantOf(folder.path, "name", challenge);
    assertEquals(found !== null && found !== "unseen" && [found.uid, found.isAdministrator], [
      USER,
      false,
    ]);
    await assertRejects(() => createProofIn(folder.path, "name"), Deno.errors.AlreadyExists);
    await proof[Symbol.asyncDispose]();
    assertEquals(folder.names(), [], "the caller removes it");
    assertEquals(await registrantOf(folder.path, "name", challenge), "unseen");
  },
});

Deno.test({
  name: "registrantOf() rejects any file that another user could have opened or made",
  ignore,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await createProofIn(folder.path, "before");
    const createdMs = Date.now();
    const cases: [what: string, make: (path: string) => Promise<unknown>, issuedMs?: number][] = [
      ["moved here", (path) => Deno.rename(folder.at("before"), path), createdMs + 1000],
      ["with bytes", async (path) => {
        await createProofIn(folder.path, path.slice(folder.path.length + 1));
        await Deno.writeTextFile(path, "x");
      }],
      ["as an editor makes it", (path) => Deno.writeTextFile(path, "", { mode: 0o644 })],
      ["private", (path) => Deno.writeTextFile(path, "", { mode: 0o600 })],
      ["a symbolic link", (path) => Deno.symlink("/etc/passwd", path)],
      ["a folder", (path) => Deno.mkdir(path, { mode: 0o604 })],
      ["a second link", async (path) => {
        await createProofIn(folder.path, "linked");
        await give(folder.at("linked"));
        await Deno.link(folder.at("linked"), path);
      }],
      ["changed long before", async (path) => {
        await createProofIn(folder.path, path.slice(folder.path.length + 1));
        const late = new Date(createdMs + 10_000);
        await Deno.utime(path, late, late);
      }, createdMs + 5000],
    ];
    for (const [what, make, issuedMs] of cases) {
      const issued = issueChallenge();
      // The file is older than the challenge.
      const challenge = { ...issued, issuedMs: issuedMs ?? issued.issuedMs };
      await make(folder.at(challenge.nonce));
      if (what !== "a symbolic link") await give(folder.at(challenge.nonce));
      assertEquals(await registrantOf(folder.path, challenge.nonce, challenge), null, what);
    }
  },
});

Deno.test({
  name: "registrantOf() rejects a file on another file system, whose owner a user can choose",
  ignore: Deno.build.os !== "linux" || !isRoot, // only root mounts
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const challenge = issueChallenge();
    await Deno.mkdir(folder.at("other"));
    const mount = new Deno.Command("unshare", {
      args: [
        "-m",
        "sh",
        "-c",
        'mount -t tmpfs none "$1/other" && install -m 604 -o 65534 /dev/null "$1/other/file" &&\n' +
        'install -m 604 /dev/null "$1/name" && mount --bind "$1/other/file" "$1/name" &&\n' +
        '"$2" eval "$3"',
        "sh",
        folder.path,
        Deno.execPath(),
        `import { registrantOf } from "${
          import.meta.resolve("../../../mod/host/sharing/register_proof.ts")
        }";
         console.log(await registrantOf(${JSON.stringify(folder.path)}, "name",
           ${JSON.stringify(challenge)}));`,
      ],
      env: { NO_COLOR: "1" },
    });
    const { stdout, stderr } = await mount.output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    assertEquals(text(stdout), "null\n", text(stderr));
  },
});

Deno.test({
  name: "findProofFolders() takes only directories of root in which nobody touches another's files",
  ignore: ignore || !isRoot,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const make = async (name: string, mode: number, uid: number): Promise<string> => {
      await Deno.mkdir(folder.at(name));
      await Deno.chmod(folder.at(name), mode);
      await Deno.chown(folder.at(name), uid, uid);
      return folder.at(name);
    };
    const sound = await make("sound", 0o1777, 0);
    const candidates = [
      folder.at("none"),
      await make("open", 0o777, 0),
      await make("private", 0o1755, 0),
      await make("users", 0o1777, 65534),
      sound,
    ];
    assertEquals(await findProofFolders(candidates), [sound]);
  },
});

Deno.test({
  name: "createProof() uses the next folder if the first is full, and only folders that it knows",
  ignore,
  async fn(): Promise<void> {
    const name = issueChallenge().nonce;
    await assertRejects(() => createProof(["/etc"], name), Error, "no directory");
    await using first = await createProof(["/etc", "/tmp", "/var/tmp"], name);
    await using second = await createProof(["/tmp", "/var/tmp"], name);
    assertEquals([first.folder, second.folder], ["/tmp", "/var/tmp"]);
    await assertRejects(() => createProof(["/tmp", "/var/tmp"], name), Deno.errors.AlreadyExists);
  },
});
