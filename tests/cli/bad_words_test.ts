// Goal: whatever is typed at an old tool, it answers, and what it rejects changes nothing. Method:
// lines made from a seed, of words that the tools know and words that nobody should know.
import { assert } from "@std/assert";
import { commandHome } from "../support/command_home.ts";

const LINES = 3000;
const TOOLS = [
  "set iplisten",
  "delete iplisten",
  "query iplisten",
  "set ssl",
  "query ssl",
  "delete ssl",
  "set urlacl",
  "query urlacl",
  "delete urlacl",
  "net pause",
  "net continue",
  "net stop",
  "net helpmsg",
  "adsutil",
  "iisweb",
  "iisreset",
  "sc",
  "appcmd",
  "appcmd set site",
  "appcmd add site",
  "netsh http",
  "netsh",
];
const WORDS = [
  "-i",
  "/i",
  "-h",
  "-u",
  "-a",
  "127.0.0.2",
  "0.0.0.0:443",
  "http://+:80/a/",
  "D:(A;;GX;;;WD)",
  "get",
  "set",
  "enum",
  "create",
  "delete",
  "copy",
  "find",
  "start_server",
  "w3svc",
  "W3SVC/1",
  "w3svc/1/serverbindings",
  "w3svc/1/ServerComment",
  "w3svc/__proto__/x",
  "__proto__",
  "constructor",
  "w3svc/99999999999999999999",
  "IIsWebServer",
  ":81:",
  "true",
  "-1",
  "99999999999",
  "/create",
  "/query",
  "/stop",
  "/b",
  "/d",
  "add",
  "show",
  "dump",
  "iplisten",
  "sslcert",
  "urlacl",
  "timeout",
  "ipaddress=127.0.0.3",
  "url=http://+:80/b/",
  "user=everyone",
  "timeouttype=headerwaittimeout",
  "value=0x1",
  "=",
  "a=b=c",
  "",
  "?",
  "%s%n",
  "\u001b[2J",
  "\u0000",
  "ä\u2028",
  "x".repeat(3000),
  "../../etc/passwd",
  "w3svc",
  "http",
];

/** Numbers from 0 to 1, the same on every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

Deno.test("old tools answer every line, and a rejected one changes nothing", async () => {
  await using home = await commandHome();
  const random = randomFrom(813368);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  for (let i = 0; i < LINES; i++) {
    const words = Array.from({ length: Math.floor(random() * 5) }, () => pick(WORDS));
    const args = [...pick(TOOLS).split(" "), ...words];
    // A root that iisweb would create is a directory of this machine: none of the words is one.
    const before = JSON.stringify(home.stored());
    const { status, out, note } = await home.run(args);
    const line = JSON.stringify(args).slice(0, 200);
    assert(!note.includes("internal error"), `${line}: ${note}`);
    assert(Number.isInteger(status) && status >= 0 && status <= 255, `${line}: ${status}`);
    assert(!/[^\P{Cc}\n\t]/u.test(out + note), `${line}: a control character in the answer`);
    if (status !== 0) assert(JSON.stringify(home.stored()) === before, `${line}: ${out}${note}`);
  }
});
