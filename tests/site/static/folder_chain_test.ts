import { assertEquals, assertRejects } from "@std/assert";
import {
  proveChain,
  type ResolvedRoot,
  resolveRoot,
  type Verdict,
} from "../../../mod/site/static/folder_chain.ts";
import { type FileIdentity, identify } from "../../../mod/site/static/opened_file.ts";
import { tempFolder } from "../../support/temp_folder.ts";

/** A user who is neither root nor this process. */
const OTHER = 65534;
/** Later than this, nothing that was changed now looks changed. */
const LATER_MS = 5000;

/** Directories of another user can be made by root alone. */
const asRoot = { ignore: Deno.build.os === "windows" || Deno.uid() !== 0 };

Deno.test("proveChain() tells a link on the way, and what is no directory", async () => {
  await using temp = await tempFolder();
  await Deno.mkdir(temp.at("real/sub"), { recursive: true });
  await Deno.writeTextFile(temp.at("real/sub/f"), "");
  await Deno.symlink("real", temp.at("link"), { type: "dir" });
  const root = await rootOf(temp.path);
  const file = await identify(temp.at("real/sub/f"));
  assertEquals(await prove(root, temp.at("real/sub/f"), file), "proved");
  assertEquals(await prove(root, temp.at("link/sub/f"), file), "link");
  const folder = await identify(temp.at("real/sub"));
  assertEquals(await prove(root, temp.at("real/sub"), folder), "proved");
  assertEquals(await prove(root, temp.at("link/sub"), folder), "link");
  await assertRejects(() => prove(root, temp.at("none/f"), file));
});

Deno.test({
  name: "proveChain() trusts no directory that another user has changed since",
  ...asRoot,
  fn: async () => {
    const cases: [mode: number, owner: number, fileOwner: number, want: Verdict][] = [
      [0o755, 0, 0, "proved"], // nobody else may rename in it
      [0o755, OTHER, 0, "changing"],
      [0o775, 0, 0, "changing"],
      [0o757, 0, 0, "changing"],
      [0o755, OTHER, OTHER, "proved"], // they would see nothing but their own file
      [0o777, OTHER, OTHER, "changing"], // a third user would see theirs
      [0o1777, 0, 0, "proved"], // the directory in it is not theirs
    ];
    for (const [mode, owner, fileOwner, want] of cases) {
      await using temp = await tempFolder();
      const [www, path] = [temp.at("www"), temp.at("www/sub/f")];
      await Deno.mkdir(temp.at("www/sub"), { recursive: true });
      await Deno.writeTextFile(path, "");
      await Deno.chown(path, fileOwner, fileOwner);
      await Deno.chown(www, owner, owner);
      await Deno.chmod(www, mode);
      const root = await rootOf(www);
      const file = await identify(path);
      const { ctimeMs } = await identify(www);
      const name = `${mode.toString(8)} of ${owner}, file of ${fileOwner}`;
      // It may have been changed at the end of that second.
      const [nowMs, laterMs] = [ctimeMs + 1000, ctimeMs + LATER_MS];
      assertEquals(await prove(root, path, file, nowMs), want, name);
      assertEquals(await prove(root, path, file, laterMs), "proved", name);
      // The name of a file in it is not relied on: the open file is compared.
      assertEquals(await prove(root, temp.at("www/f"), file, nowMs), "proved", name);
    }
  },
});

Deno.test({
  name: "proveChain() notices a directory that was a link for a moment",
  ...asRoot,
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.mkdir(temp.at("private"));
    await Deno.writeTextFile(temp.at("private/f"), "secret");
    await Deno.mkdir(temp.at("www/sub"), { recursive: true });
    await Deno.writeTextFile(temp.at("www/sub/f"), "public");
    await Deno.chown(temp.at("www"), OTHER, OTHER);
    const root = await rootOf(temp.at("www"));
    const sinceMs = Date.now();
    await Deno.rename(temp.at("www/sub"), temp.at("www/own"));
    await Deno.symlink("../private", temp.at("www/sub"));
    const identity = await identify(temp.at("www/sub/f")); // that of the secret
    await Deno.remove(temp.at("www/sub"));
    await Deno.rename(temp.at("www/own"), temp.at("www/sub"));
    // The time of a modification can be set, that of a change cannot.
    await Deno.utime(temp.at("www"), 1000, 1000);
    const use = { sinceMs, identity, uids: [identity.uid] };
    assertEquals(await proveChain(root, temp.at("www/sub/f"), use), "changing");
  },
});

Deno.test({
  name: "resolveRoot() follows links, but another user's only to what belongs to that user",
  ...asRoot,
  fn: async () => {
    await using temp = await tempFolder();
    for (const name of ["ours", "theirs", "user"]) await Deno.mkdir(temp.at(name));
    for (const name of ["theirs", "user"]) await Deno.chown(temp.at(name), OTHER, OTHER);
    const links: [name: string, target: string, isTheirs: boolean, want: string | null][] = [
      ["user/a", "../ours", false, "ours"],
      ["user/b", temp.at("ours"), false, "ours"],
      ["user/c", "../ours", true, null],
      ["user/d", "../theirs", true, "theirs"],
      ["user/e", "./d/../ours/.", true, null],
      ["user/f", "/", true, null],
    ];
    for (const [name, target, isTheirs, want] of links) {
      await Deno.symlink(target, temp.at(name));
      const args = ["-h", isTheirs ? `${OTHER}` : "0", temp.at(name)];
      await new Deno.Command("chown", { args }).output();
      const root = await resolveRoot(temp.at(name), 0);
      assertEquals(root?.path ?? null, want === null ? null : temp.at(want), name);
    }
    await Deno.symlink("circle", temp.at("circle"));
    await assertRejects(() => resolveRoot(temp.at("circle"), 0), Deno.errors.FilesystemLoop);
    await assertRejects(() => resolveRoot(temp.at("none"), 0));
    // On the way through the user's directory it can be exchanged.
    assertEquals((await rootOf(temp.at("user/a"))).relied, [temp.at("user")]);
    assertEquals((await rootOf(temp.at("ours"))).relied, []);
  },
});

async function rootOf(path: string): Promise<ResolvedRoot> {
  return (await resolveRoot(path, 0))!;
}

/** Proves a use that began at `sinceMs`. */
function prove(
  root: ResolvedRoot,
  path: string,
  identity: FileIdentity,
  sinceMs = 0,
): Promise<Verdict> {
  return proveChain(root, path, { sinceMs, identity, uids: [identity.uid] });
}
