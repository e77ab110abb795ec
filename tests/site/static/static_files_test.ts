import {
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Handler, HttpResponse } from "../../../mod/base/exchange.ts";
import { FileAccess, SiteFiles } from "../../../mod/site/static/file_access.ts";
import { identify } from "../../../mod/site/static/opened_file.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { staticFiles } from "../../../mod/site/static/static_files.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import {
  bodyText,
  type FakeRequest,
  fakeRequest,
  field,
  responseOf,
} from "../../support/request.ts";

/** Later than this, nothing that was changed now looks changed. */
const LATER_MS = 5000;
const SETTINGS = { UriEnableCache: true, UriMaxUriBytes: 4096, UriScavengerPeriod: 120 };

Deno.test("staticFiles() responds to each method, path and condition with its status", async () => {
  await withSite(async ({ handler, root }) => {
    await Deno.mkdir(`${root}/sub`);
    await Deno.writeTextFile(`${root}/a.html`, "<p>a");
    const etag = field(await send(handler, { path: "/a.html" }), "etag")!;
    const cases: [request: FakeRequest, status: number, body?: string][] = [
      [{ path: "/a.html" }, 200, "<p>a"],
      [{ path: "/a.html", query: "v=2" }, 200, "<p>a"],
      [{ path: "/none" }, 404],
      [{ path: "/.git/config" }, 404],
      [{ path: "/../a.html" }, 404],
      [{ path: "/sub/" }, 403],
      [{ path: "/sub" }, 301],
      [{ path: "/a.html", method: "POST" }, 405],
      [{ path: "/a.html", method: "DELETE" }, 405],
      [{ path: "/a.html", method: "OPTIONS" }, 200, ""],
      [{ path: "*", method: "OPTIONS" }, 200, ""],
      [{ path: "/a.html", headers: [["If-None-Match", etag]] }, 304, ""],
      [{ path: "/a.html", headers: [["If-Match", '"x"']] }, 412],
      [{ path: "/a.html", headers: [["Range", "bytes=1-2"]] }, 206, "p>"],
      [{ path: "/a.html", headers: [["Range", "bytes=9-"]] }, 416],
      [{ path: "/a.html", headers: [["Range", "bytes=0-0,1-2"]] }, 206, "<p>"],
      [{ path: "/a.html", headers: [["Range", "bytes=0-0,2-2"]] }, 206],
      [{ path: "/a.html", headers: [["Range", "bytes=0-0;2-2"]] }, 200, "<p>a"],
    ];
    for (const [request, status, body] of cases) {
      const response = await send(handler, request);
      assertEquals(response.status, status, JSON.stringify(request));
      if (body !== undefined) assertEquals(await bodyText(response), body);
      else await bodyText(response);
    }
  });
});

Deno.test("staticFiles() sends the fields that belong to each response", async () => {
  await withSite(async ({ handler, root }) => {
    await Deno.mkdir(`${root}/sub dir`);
    await Deno.writeTextFile(`${root}/a.html`, "<p>a");
    const whole = await send(handler, { path: "/a.html" });
    assertEquals(field(whole, "content-type"), "text/html; charset=UTF-8");
    const part = await send(handler, { path: "/a.html", headers: [["Range", "bytes=1-2"]] });
    assertEquals(field(part, "content-range"), "bytes 1-2/4");
    await bodyText(part);
    const beyond = await send(handler, { path: "/a.html", headers: [["Range", "bytes=9-"]] });
    assertEquals(field(beyond, "content-range"), "bytes */4");
    const same = await send(handler, { path: "/a.html", headers: [["If-None-Match", "*"]] });
    assertEquals(field(same, "etag"), field(whole, "etag"));
    assertEquals(field(same, "content-type"), null);
    assertEquals(field(await send(handler, { method: "PUT" }), "allow"), "GET, HEAD, OPTIONS");
    const moved = await send(handler, { path: "//sub dir", query: "a=b" });
    assertEquals(field(moved, "location"), "/sub%20dir/?a=b");
  });
});

Deno.test("staticFiles() serves a directory below the path of an application", async () => {
  await withSite(async ({ root, clock }) => {
    await Deno.mkdir(`${root}/sub/docs`, { recursive: true });
    await Deno.writeTextFile(`${root}/a.html`, "<p>a");
    await Deno.writeTextFile(`${root}/index.html`, "index");
    const handler = siteOf(root, clock, { below: "/my docs/ü/" });
    const cases: [path: string, status: number, want?: string][] = [
      ["/my docs/ü/a.html", 200, "<p>a"],
      ["/My Docs/Ü/a.html", 200, "<p>a"],
      ["/my docs/ü/", 200, "index"],
      ["/my docs/ü//a.html", 200, "<p>a"],
      ["/my docs/ü", 301, "/my%20docs/%C3%BC/"],
      ["/MY docs/ü", 301, "/MY%20docs/%C3%BC/"],
      ["/my docs/ü/sub", 301, "/my%20docs/%C3%BC/sub/"],
      ["/my docs/ü/sub/docs", 301, "/my%20docs/%C3%BC/sub/docs/"],
      ["/my docs/ü/my docs/ü/a.html", 404],
      ["/my docs/ü/.git", 404],
      ["/my docs/ü/.well-known/x", 404],
    ];
    for (const [path, status, want] of cases) {
      const response = await send(handler, { path });
      const got = status === 301 ? field(response, "location") : await bodyText(response);
      assertEquals([response.status, want === undefined ? want : got], [status, want], path);
    }
  });
});

Deno.test("staticFiles() returns the same object while a small file is unchanged", async () => {
  await withSite(async ({ handler, root, clock }) => {
    await Deno.writeTextFile(`${root}/a.txt`, "one");
    // Written before the clock of the site; otherwise Last-Modified is omitted at first.
    await Deno.utime(`${root}/a.txt`, 1000, 1000);
    const first = await send(handler, { path: "/a.txt" });
    const hot = handler(fakeRequest({ path: "/a.txt" }));
    assertStrictEquals(hot, first); // without a promise
    clock.nowMs += 5000;
    assertStrictEquals(await send(handler, { path: "/a.txt" }), first); // compared with the file
    await Deno.writeTextFile(`${root}/a.txt`, "other");
    assertStrictEquals(handler(fakeRequest({ path: "/a.txt" })), first); // within the second
    clock.nowMs += 1000;
    const changed = await send(handler, { path: "/a.txt" });
    assertEquals(await bodyText(changed), "other");
    assertNotEquals(field(changed, "etag"), field(first, "etag"));
    await Deno.remove(`${root}/a.txt`);
    clock.nowMs += 1000;
    assertEquals((await send(handler, { path: "/a.txt" })).status, 404);
  });
});

Deno.test("staticFiles() follows a root that is a link to the current release", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  for (const release of ["r1", "r2"]) {
    await Deno.mkdir(`${folder}/${release}`);
    await Deno.writeTextFile(`${folder}/${release}/v`, release);
  }
  await Deno.symlink("r1", `${folder}/current`, { type: "dir" });
  const clock = { nowMs: Date.now() };
  const handler = siteOf(`${folder}/current`, clock);
  assertEquals(await bodyText(await send(handler, { path: "/v" })), "r1");
  await Deno.remove(`${folder}/current`);
  await Deno.symlink("r2", `${folder}/current`, { type: "dir" });
  clock.nowMs += 1000;
  assertEquals(await bodyText(await send(handler, { path: "/v" })), "r2");
});

Deno.test("staticFiles() streams a file too large to cache, but opens none for HEAD", async () => {
  await withSite(async ({ handler, root, files }) => {
    const text = "0123456789".repeat(100_000);
    await Deno.writeTextFile(`${root}/large`, text);
    for (let i = 0; i < 2; i++) {
      const response = await send(handler, { path: "/large" });
      const { body } = response;
      assertEquals(body !== null && !(body instanceof Uint8Array) && body.length, 1_000_000);
      assertEquals(await bodyText(response) === text, true);
    }
    const before = files.operations;
    const { body } = await send(handler, { path: "/large", method: "HEAD" });
    assertEquals(body !== null && !(body instanceof Uint8Array) && body.length, 1_000_000);
    assertEquals(files.operations, before);
  });
});

Deno.test("staticFiles() returns a file at once while it is requested often", async () => {
  await withSite(async ({ handler, root, clock }) => {
    const text = "0123456789".repeat(100_000);
    await Deno.writeTextFile(`${root}/large`, text);
    for (let i = 0; i < 3; i++) {
      assertEquals(await bodyText(await send(handler, { path: "/large" })) === text, true);
    }
    const cached = handler(fakeRequest({ path: "/large" }));
    assertEquals(cached instanceof Promise, false);
    assertEquals(await bodyText(await responseOf(cached)) === text, true);
    const part = await send(handler, { path: "/large", headers: [["Range", "bytes=10-19"]] });
    assertEquals([part.status, await bodyText(part)], [206, "0123456789"]);
    await Deno.writeTextFile(`${root}/large`, "other".repeat(2000));
    clock.nowMs += 1000;
    assertEquals(await bodyText(await send(handler, { path: "/large" })), "other".repeat(2000));
  });
});

Deno.test("staticFiles() serves an unclean path, but caches nothing under it", async () => {
  await withSite(async ({ handler, root }) => {
    await Deno.writeTextFile(`${root}/a`, "a");
    assertEquals(await bodyText(await send(handler, { path: "//a" })), "a");
    assertEquals(handler(fakeRequest({ path: "//a" })) instanceof Promise, true);
    await send(handler, { path: "/a" });
    assertEquals(handler(fakeRequest({ path: "/a" })) instanceof Promise, false);
  });
});

Deno.test("staticFiles() sends a file that was replaced meanwhile as it is now", async () => {
  await withSite(async ({ handler, root }) => {
    await Deno.writeTextFile(`${root}/large`, "a".repeat(5000));
    const first = await send(handler, { path: "/large" });
    await bodyText(first);
    await Deno.writeTextFile(`${root}/large`, "b".repeat(6000)); // within the second
    const second = await send(handler, { path: "/large" });
    assertEquals(await bodyText(second), "b".repeat(6000));
    assertNotEquals(field(second, "etag"), field(first, "etag"));
  });
});

Deno.test("staticFiles() chooses a compressed copy by Accept-Encoding", async () => {
  await withSite(async ({ handler, root }) => {
    for (const name of ["s.css", "s.css.gz", "s.css.br"]) {
      await Deno.writeTextFile(`${root}/${name}`, name);
    }
    const cases: [accept: string | null, want: string, coding: string | null][] = [
      [null, "s.css", null],
      ["identity", "s.css", null],
      ["gzip", "s.css.gz", "gzip"],
      ["gzip, br", "s.css.br", "br"],
      ["gzip, br;q=0", "s.css.gz", "gzip"],
    ];
    for (const [accept, want, coding] of cases) {
      const headers = accept === null ? [] : [["Accept-Encoding", accept] as const];
      const response = await send(handler, { path: "/s.css", headers });
      assertEquals(await bodyText(response), want, `${accept}`);
      assertEquals(field(response, "content-encoding"), coding);
      assertEquals(field(response, "vary"), "Accept-Encoding");
      assertEquals(field(response, "content-type"), "text/css; charset=UTF-8");
      // Each copy is cached.
      assertStrictEquals(handler(fakeRequest({ path: "/s.css", headers })), response);
    }
  });
});

Deno.test("staticFiles() looks a file up once for many first requests", async () => {
  await withSite(async ({ handler, root, files }) => {
    await Deno.writeTextFile(`${root}/a`, "a");
    const responses = Array.from({ length: 50 }, () => send(handler, { path: "/a" }));
    assertEquals(files.operations, 1);
    for (const response of await Promise.all(responses)) {
      assertEquals(await bodyText(response), "a");
    }
    assertStrictEquals(await send(handler, { path: "/a" }), await send(handler, { path: "/a" }));
  });
});

Deno.test("staticFiles() lists a directory if allowed, without hidden names", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  for (const name of ["a.txt", ".secret"]) await Deno.writeTextFile(`${folder}/${name}`, "");
  await Deno.mkdir(`${folder}/sub`);
  const handler = siteOf(folder, { nowMs: Date.now() }, { listing: true });
  const page = await bodyText(await send(handler, { path: "/" }));
  assertStringIncludes(page, "./a.txt");
  assertStringIncludes(page, "./sub/");
  assertEquals(page.includes("secret"), false);
  const head = await send(handler, { method: "HEAD", path: "/" });
  assertEquals([head.status, await bodyText(head)], [200, ""]);
  const found = await bodyText(await send(handler, { path: "/", query: "filter=A.T" }));
  assertEquals(found.includes("./sub/"), false);
  assertStringIncludes(found, "./a.txt");
});

Deno.test("staticFiles() has a 403 of its own where it may not list", async () => {
  await withSite(async ({ handler }) => {
    const response = await send(handler, { path: "/" });
    assertEquals(response.status, 403);
    assertStringIncludes(await bodyText(response), "The contents of this folder are not listed.");
  });
});

Deno.test({
  name: "staticFiles() refuses what another user may have exchanged, but not what it has proved",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: async () => {
    await withSite(async ({ handler, root, clock }) => {
      await Deno.mkdir(`${root}/sub`);
      for (const name of ["known", "new"]) await Deno.writeTextFile(`${root}/sub/${name}`, name);
      clock.nowMs -= LATER_MS; // the files are from the future, as from a machine that is ahead
      const first = await send(handler, { path: "/sub/known" });
      assertEquals([await bodyText(first), field(first, "last-modified")], ["known", null]);
      await Deno.chown(root, 65534, 65534);
      const { ctimeMs } = await identify(root);
      clock.nowMs = ctimeMs + 1000; // it may have been changed at the end of that second
      for (const path of ["/sub/new", "/sub/", "/sub"]) {
        assertEquals(await handler(fakeRequest({ path })), { refuse: "FileChanged" }, path);
      }
      const known = await send(handler, { path: "/sub/known" });
      assertEquals(await bodyText(known), "known");
      assertNotEquals(field(known, "last-modified"), null); // its time has come
      clock.nowMs = ctimeMs + LATER_MS;
      assertEquals(await bodyText(await send(handler, { path: "/sub/new" })), "new");
    });
  },
});

Deno.test({
  name: "staticFiles() serves nothing from a root that another user has made a link to",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: async () => {
    await using temp = await tempFolder();
    await Deno.mkdir(temp.at("private"));
    await Deno.writeTextFile(temp.at("private/key"), "secret");
    await Deno.symlink("private", temp.at("www"));
    const handler = siteOf(temp.at("www"), { nowMs: Date.now() });
    assertEquals(await bodyText(await send(handler, { path: "/key" })), "secret"); // our own link
    await new Deno.Command("chown", { args: ["-h", "65534", temp.at("www")] }).output();
    const again = siteOf(temp.at("www"), { nowMs: Date.now() });
    assertEquals((await send(again, { path: "/key" })).status, 403);
    assertEquals((await send(again, { path: "/" })).status, 403);
  },
});

Deno.test({
  name: "staticFiles() responds with 403 for a file that it may not read",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn: async () => {
    await withSite(async ({ handler, root }) => {
      await Deno.writeTextFile(`${root}/a`, "a");
      await Deno.chmod(`${root}/a`, 0);
      assertEquals((await send(handler, { path: "/a" })).status, 403);
    });
  },
});

interface Site {
  readonly handler: Handler;
  readonly root: string;
  readonly clock: { nowMs: number };
  readonly files: CountedFiles;
}

async function withSite(body: (site: Site) => Promise<void>): Promise<void> {
  await using temp = await tempFolder();
  const root = temp.path;
  const clock = { nowMs: Date.now() };
  const files = new CountedFiles();
  await body({ handler: siteOf(root, clock, { files }), root, clock, files });
}

function siteOf(
  root: string,
  clock: { nowMs: number },
  { below = "/", listing = false, files = new FileAccess().site(1) } = {},
): Handler {
  return staticFiles({
    root,
    below,
    listing,
    compresses: true,
    files,
    siteId: 1,
    cache: new ResponseCache(SETTINGS),
    now: () => clock.nowMs,
  });
}

function send(handler: Handler, request: FakeRequest): Promise<HttpResponse> {
  return responseOf(handler(fakeRequest(request)));
}

/** Counts the file operations of a site. */
class CountedFiles extends SiteFiles {
  operations = 0;

  constructor() {
    super({
      timeoutTick: () => Infinity,
      nextTick: () => Promise.resolve(),
      mayStart: () => true,
      started: () => void this.operations++,
      ended: () => {},
    });
  }
}
