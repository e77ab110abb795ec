/**
 * What the responses of a site have in addition, with curl: fields, Strict-Transport-Security over
 * TLS alone, error pages, a fallback, media types.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

Deno.test("the responses of a site have its fields, pages and types", ON_POSIX, async () => {
  await using program = await Program.make();
  const { home } = program;
  await Deno.mkdir(`${home}/www/folder`, { recursive: true });
  await Deno.writeTextFile(`${home}/www/index.html`, "<h1>application</h1>");
  await Deno.writeTextFile(`${home}/www/data.foo`, "foo");
  await Deno.writeTextFile(`${home}/404.html`, "<h1>our own 404</h1>");
  const [port, tlsPort, plainPort] = [freePort(), freePort(), freePort()];
  await program.do("site remove W3SVC/1");
  const made = await program.do("cert create --self-signed --name app.test --ip 127.0.0.1");
  await program.do([
    ...["site", "add", "app", "--bind", `:${port}:`, "--bind-tls", `:${tlsPort}:`],
    ...["--root", `${home}/www`, "--fallback", "/index.html", "--mime", ".foo=text/x-foo"],
    ...["--header", "X-Frame-Options: DENY", "--header", "Cache-Control: max-age=60"],
    ...["--hsts=31536000; includeSubDomains", "--error-page", `404=${home}/404.html`],
    ...["--error-page", "403,503=text:not now", "--map", "/made/=respond:made"],
  ]);
  await program.do(["site", "add", "plain", "--bind", `:${plainPort}:`, "--root", `${home}/www`]);
  await program.do(`set ssl -i 0.0.0.0:${tlsPort} -h ${made.out.trim()}`);
  await program.serve();
  const curl = async (words: string, at = `http://127.0.0.1:${port}`): Promise<string> => {
    const [flags = "", path = ""] = /^(.*?)(\/\S*)$/.exec(words)?.slice(1) ?? [];
    return (await program.shell(`curl -s -i -k --path-as-is --max-time 20 ${flags} '${at}${path}'`))
      .out;
  };
  const fields = ["X-Frame-Options: DENY\r\n", "Cache-Control: max-age=60\r\n"];
  for (const path of ["/", "/folder", "/missing.js", "/made/x", "-X DELETE /", "-I /data.foo"]) {
    const response = await curl(path);
    for (const line of fields) assertStringIncludes(response, line, path);
    assertEquals(response.includes("Strict-Transport-Security"), false, path);
    assertEquals(response.match(/^Content-Type:/gim)?.length, 1, path);
  }
  const secure = `https://127.0.0.1:${tlsPort}`;
  const hsts = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
  for (const path of ["/", "/missing.js", "/made/x"]) {
    assertStringIncludes(await curl(path, secure), hsts, path);
  }
  const missing = await curl("/missing.js");
  assertMatch(missing, /^HTTP\/1\.1 404 Not Found\r\nContent-Type: text\/html; charset=UTF-8\r\n/);
  assertStringIncludes(missing, "\r\n\r\n<h1>our own 404</h1>");
  assertMatch(await curl("-I /missing.js"), /Content-Length: 20\r\n\r\n$/);
  const method = await curl("-X DELETE /");
  assertStringIncludes(method, "Allow: GET, HEAD, OPTIONS\r\n", "a status without a page");
  assertStringIncludes(await curl("/data.foo"), "Content-Type: text/x-foo\r\n");
  for (const path of ["/users/7", "/users/7/", "/a%2Fb"]) {
    assertStringIncludes(await curl(path), "<h1>application</h1>", path);
  }
  for (
    const path of ["/../../etc/passwd", "/.git/config", "/%2egit/config", "/a%00b", "/a%5c..%5cb"]
  ) {
    const response = await curl(path);
    assertMatch(response, /^HTTP\/1\.1 40[04] /, path);
    assertEquals(response.includes("application"), false, path);
  }
  const other = await curl("/missing.js", `http://127.0.0.1:${plainPort}`);
  assertEquals(other.includes("X-Frame-Options") || other.includes("our own"), false);
  await Deno.writeTextFile(`${home}/404.html`, "<h1>changed</h1>");
  await waitFor(
    async () => (await curl("/missing.js")).includes("<h1>changed</h1>"),
    "the new page",
  );
  await Deno.remove(`${home}/404.html`);
  await waitFor(
    async () => (await curl("/missing.js")).includes("There is nothing"),
    "the usual one",
  );
  await program.do("site set app --error-page none --header none --hsts none --fallback none");
  await program.do("reload");
  const bare = await curl("/users/7", secure);
  assertEquals(/X-Frame|Strict|application/.test(bare), false, bare);
  const shown = JSON.parse((await program.do("site show app --format json")).out).site;
  assertEquals(shown.response, { mimeTypes: { ".foo": "text/x-foo" } });
});
