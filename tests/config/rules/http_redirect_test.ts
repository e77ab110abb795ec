// Goal: HttpRedirect means what the IIS 6 pages say, and no request chooses the host. Method: tables,
// and every destination with hostile paths.
import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseHttpRedirect, redirectedTo } from "../../../mod/config/rules/http_redirect.ts";

/** Returns where `text` at a key redirects `path`; the key is what is before the "|". */
function where(text: string, path: string, query: string | null = null): string | null {
  const redirect = parseHttpRedirect(text);
  assert(!isProblem(redirect), text);
  const keyEnd = path.indexOf("|");
  if (redirect === null) return null;
  return redirectedTo(redirect, { path: path.replace("|", ""), keyEnd, query });
}

Deno.test("redirectedTo() follows flags, variables and wildcards", () => {
  const cases: [text: string, path: string, query: string | null, want: string | null][] = [
    // The rest of the path is added, and the query.
    ["/NewScripts", "/Scripts|/Program.exe", null, "/NewScripts/Program.exe"],
    ["http://new.test/", "|/a/b", "x=1", "http://new.test/a/b?x=1"],
    ["http://new.test", "|/", null, "http://new.test/"],
    ["http://new.test/?own", "|/a", "x=1", "http://new.test/a?own"],
    // An exact destination is sent as it is.
    ["/new.htm, EXACT_DESTINATION", "/old|/a/b", "x", "/new.htm"],
    ["http://new.test$S$Q, EXACT_DESTINATION,", "/old|/a", "x=1", "http://new.test/a?x=1"],
    ["http://new.test$V, EXACT_DESTINATION", "/old|/a", "x=1", "http://new.test/old/a"],
    ["http://new.test/?$P, EXACT_DESTINATION", "/old|/a", "x=1", "http://new.test/?x=1"],
    ["http://new.test/p$Q, EXACT_DESTINATION", "/old|", null, "http://new.test/p"],
    // Only the folder itself and what is directly in it; what has arrived stays.
    ["/exchange, CHILD_ONLY", "|/", null, "/exchange/"],
    ["/exchange, CHILD_ONLY", "|/a.htm", null, "/exchange/a.htm"],
    ["/exchange, CHILD_ONLY", "|/exchange/inbox", null, null],
    ["/exchange, CHILD_ONLY", "|/exchange", null, null],
    ["/exchange", "|/EXCHANGE/x/y", null, null],
    ["/exchange", "|/exchanger", null, "/exchange/exchanger"],
    // Wildcards.
    ["*;*.stm;default.htm", "/scripts|/a/x.stm", null, "./default.htm"],
    ["*;/old/*.htm;/new/$0.html", "|/old/a/b.htm", null, "/new/a/b.html"],
    ["*;/*/img/*;http://img.test/$0/$1", "|/a/img/b.png", null, "http://img.test/a/b.png"],
    ["*;*.stm;/s;*.htm;/h, PERMANENT", "|/x.HTM", null, "/h"],
    ["*;*.stm;/s", "|/x.txt", null, null],
    ["*;/keep/*;!;*;/moved", "|/keep/x", null, null],
    ["*;/keep/*;!;*;/moved", "|/other", null, "/moved"],
    ["!", "|/", null, null],
    ["", "|/", null, null],
  ];
  for (const [text, path, query, want] of cases) {
    assertEquals(where(text, path, query), want, `${text} ${path}`);
  }
});

Deno.test("parseHttpRedirect() takes the status from the flags", () => {
  const cases = [["/a", 302], ["/a,PERMANENT", 301], ["/a, TEMPORARY, CHILD_ONLY", 307]] as const;
  for (const [text, status] of cases) {
    const redirect = parseHttpRedirect(text);
    assert(redirect !== null && !isProblem(redirect), text);
    assertEquals(redirect.status, status, text);
  }
});

Deno.test("parseHttpRedirect() refuses what no client could follow, or a client could bend", () => {
  const cases = [
    "www.new.test",
    "//new.test/",
    "ftp://new.test/",
    "http://",
    "http://new.test$P",
    "http://$0.new.test/",
    "http://a@new.test/",
    "http://new.test:99999/",
    "http://new.test/a b",
    'http://new.test/"',
    "http://new.test/%zz",
    "http://new.test, EXACT_DESTINATON",
    "/a, PERMANENT, TEMPORARY",
    "*;*.stm",
    "*;*.stm;javascript:alert(1)",
    ", PERMANENT",
    `/${"a".repeat(3000)}`,
  ];
  for (const text of cases) assert(isProblem(parseHttpRedirect(text)), text);
});

Deno.test("no path of a request leads to another host than the destination's", () => {
  const destinations = [
    ["/new", null],
    ["/$V", null],
    ["$V", null],
    ["/, EXACT_DESTINATION", null],
    ["*;*.stm;$0.htm", null],
    ["*;/*.stm;$0", null],
    ["*;*;/$0", null],
    ["http://new.test", "new.test"],
    ["http://new.test$S", "new.test"],
    ["http://new.test/$P", "new.test"],
    ["*;/*.stm;http://new.test/$0", "new.test"],
  ] as const;
  const paths = [
    "|/https:/evil.test/x.stm",
    "|/%5Cevil.test/x.stm",
    "|/javascript:alert(1).stm",
    "|/@evil.test.stm",
    "|/.evil.test.stm",
    "|/:80@evil.test.stm",
  ];
  for (const [text, host] of destinations) {
    if (isProblem(parseHttpRedirect(text))) continue; // it cannot be stored at all
    for (const path of paths) {
      for (const query of [null, "@evil.test", "//evil.test", ".evil.test"]) {
        const to = where(text, path, query);
        if (to === null) continue;
        const url = new URL(to, "http://here.test/folder/");
        assertEquals([url.protocol, url.hostname], ["http:", host ?? "here.test"], `${text} ${to}`);
      }
    }
  }
});

Deno.test("a path with many repetitions is matched at once", () => {
  const redirect = parseHttpRedirect(`*;${"*a".repeat(200)}b;/x`);
  assert(redirect !== null && !isProblem(redirect));
  const path = `/${"a".repeat(100_000)}`;
  assertEquals(redirectedTo(redirect, { path, keyEnd: 0, query: null }), null);
});
