import { assertEquals } from "@std/assert";
import { type Lookup, lookUp } from "../../../mod/site/static/file_lookup.ts";
import { resolveRoot } from "../../../mod/site/static/folder_chain.ts";
import { parseFilePath } from "../../../mod/site/static/file_path.ts";
import type { CacheEntry } from "../../../mod/site/static/response_cache.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

const NOW_MS = Date.UTC(2026, 10, 22);

Deno.test("lookUp() finds files and directories, and nothing outside the root", async (t) => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const root = `${folder}/www`;
  await Deno.mkdir(`${root}/sub/deep`, { recursive: true });
  await Deno.mkdir(`${root}/indexed`);
  await Deno.mkdir(`${root}/escaped`);
  await Deno.mkdir(`${folder}/www2`);
  for (const path of ["www/a.html", "www/indexed/index.html", "secret.txt", "www2/index.html"]) {
    await Deno.writeTextFile(`${folder}/${path}`, path);
  }
  await assertFound(temp, [
    ["/a.html", "file", "www/a.html"],
    ["/indexed/", "file", "www/indexed/index.html"],
    ["/indexed", "redirect"],
    ["/sub", "redirect"],
    ["/sub/", "folder"],
    ["/", "folder"],
    ["/a.html/", "missing"],
    ["/a.html/b", "missing"],
    ["/none", "missing"],
    [`/${"n".repeat(300)}`, "missing"],
  ]);
  // Links of Windows know what they lead to.
  const link = (target: string, name: string, type: "file" | "dir" = "file"): Promise<void> => {
    return Deno.symlink(target, temp.at(`www/${name}`), { type });
  };
  await t.step("through links", async () => {
    await link(temp.at("secret.txt"), "out.txt");
    await link(temp.at("www2"), "beside", "dir");
    await link("a.html", "in.html");
    await link("circle", "circle");
    await link(temp.at("secret.txt"), "escaped/index.html");
    await assertFound(temp, [
      ["/in.html", "file", "www/a.html"],
      ["/circle", "missing"],
      ["/out.txt", "forbidden"],
      ["/beside/", "forbidden"],
      ["/beside/index.html", "forbidden"],
      ["/escaped/", "folder"], // its index page leads outside, so there is none
    ]);
  });
});

async function assertFound(
  temp: TempFolder,
  cases: readonly [path: string, want: Lookup["kind"], real?: string][],
): Promise<void> {
  for (const [path, want, real = ""] of cases) {
    const found = await look(temp.at("www"), path);
    assertEquals(found.kind, want, path);
    if (found.kind === "file") assertEquals(found.entry.identity.path, temp.at(real), path);
  }
}

Deno.test({
  name: "lookUp() opens no pipe and no device",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using temp = await tempFolder();
    const folder = temp.path;
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    assertEquals((await look(folder, "/pipe")).kind, "forbidden");
  },
});

Deno.test("lookUp() returns the type, the validators and the copies of a file", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const time = new Date(NOW_MS - 5000);
  const copies = ["s.css.gz", "s.css.br", "s.css.zst"];
  for (const name of ["s.css", ...copies, "old.css", "old.css.gz", "x", "y.ZZZ"]) {
    await Deno.writeTextFile(`${folder}/${name}`, name);
    await Deno.utime(`${folder}/${name}`, time, time);
  }
  await Deno.utime(`${folder}/old.css.gz`, time, new Date(NOW_MS - 9000));
  const { identity, variants } = await entryAt(folder, "/s.css");
  assertEquals(identity.headers, [
    ["Content-Type", "text/css; charset=UTF-8"],
    ["ETag", identity.etag],
    ["Accept-Ranges", "bytes"],
    ["Last-Modified", "Sat, 21 Nov 2026 23:59:55 GMT"],
    ["Vary", "Accept-Encoding"],
  ]);
  assertEquals(
    variants.map(({ coding, path, headers }) => {
      return [coding, path, headers.find(([name]) => name === "Content-Encoding")?.[1]];
    }),
    [
      ["br", temp.at("s.css.br"), "br"],
      ["zstd", temp.at("s.css.zst"), "zstd"],
      ["gzip", temp.at("s.css.gz"), "gzip"],
    ],
  );
  assertEquals(new Set([identity, ...variants].map(({ etag }) => etag)).size, 4);
  const old = await entryAt(folder, "/old.css");
  assertEquals(old.variants, []); // older than its original
  for (const name of ["x", "y.ZZZ"]) {
    const plain = await entryAt(folder, `/${name}`);
    assertEquals(plain.identity.headers[0]![1], "application/octet-stream");
  }
});

Deno.test("lookUp() omits a modification time in the future", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  await Deno.writeTextFile(`${folder}/f`, "");
  await Deno.utime(`${folder}/f`, new Date(NOW_MS), new Date(NOW_MS + 60_000));
  const found = await look(folder, "/f");
  assertEquals(found.kind === "file" && found.entry.identity.lastModified, null);
});

async function look(root: string, path: string): Promise<Lookup> {
  const parsed = parseFilePath(path, false);
  if (parsed === null) throw new Error(`not a path: ${path}`);
  return await lookUp(parsed, {
    root: (await resolveRoot(root, NOW_MS))!,
    known: undefined,
    nowMs: NOW_MS,
    compresses: true,
  });
}

async function entryAt(root: string, path: string): Promise<CacheEntry> {
  const found = await look(root, path);
  if (found.kind !== "file") throw new Error(found.kind);
  return found.entry;
}
