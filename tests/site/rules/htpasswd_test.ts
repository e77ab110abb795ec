// Goal: lines of bcrypt are read, every other line is named, and no line does harm. Method: tables
// and lines made at random.
import { assertEquals } from "@std/assert";
import { compareSync, hashSync } from "bcryptjs";
import { parseHtpasswd } from "../../../mod/site/rules/htpasswd.ts";
import { Random } from "../../fuzz/random.ts";

const HASH = hashSync("secret", 4);

Deno.test("parseHtpasswd() reads lines of bcrypt, with comments and either line end", () => {
  const text = `# users\n\nbob:${HASH}\r\nal ice:${HASH}:a comment\n  \nj\u00fcrgen:${
    HASH.replace("$2b$", "$2y$")
  }`;
  const { hashes, problems } = parseHtpasswd(text);
  assertEquals([...hashes.keys()], ["bob", "al ice", "j\u00fcrgen"]);
  assertEquals(problems, []);
  for (const hash of hashes.values()) assertEquals(compareSync("secret", hash), true, hash);
});

Deno.test("parseHtpasswd() names the lines that nobody can log in with", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["bob", "expected user:hash"],
    [`:${HASH}`, "not a valid user name"],
    [`b\tb:${HASH}`, "not a valid user name"],
    [`${"b".repeat(256)}:${HASH}`, "not a valid user name"],
    ["bob:", "a password in the clear, or an unknown hash, where only bcrypt is accepted"],
    ["bob:secret", "a password in the clear, or an unknown hash, where only bcrypt is accepted"],
    ["bob:$apr1$abc$0123456789012345678901", "an MD5 hash, where only bcrypt is accepted"],
    ["bob:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=", "a SHA-1 hash, where only bcrypt is accepted"],
    ["bob:rqXexS6ZhobKA", "a crypt hash, where only bcrypt is accepted"],
    ["bob:$6$a$b", "a SHA-2 crypt hash, where only bcrypt is accepted"],
    [`bob:${HASH.slice(0, -1)}`, "a damaged bcrypt hash, where only bcrypt is accepted"],
    [`bob:${HASH}x`, "a damaged bcrypt hash, where only bcrypt is accepted"],
    [
      `bob:${HASH.replace("$04$", "$31$")}`,
      "bcrypt with a cost of 31, where 4 to 16 are accepted",
    ],
    [`bob:${HASH.replace("$04$", "$03$")}`, "bcrypt with a cost of 3, where 4 to 16 are accepted"],
  ];
  for (const [line, reason] of cases) {
    const { hashes, problems } = parseHtpasswd(`eve:${HASH}\n${line}\n`);
    assertEquals([...hashes.keys()], ["eve"], line);
    assertEquals(problems, [{ line: 2, reason }]);
  }
  const twice = parseHtpasswd(`bob:${HASH}\nbob:${hashSync("other", 4)}\n`);
  assertEquals(twice.hashes.get("bob"), HASH, "the first counts");
  assertEquals(twice.problems, [{ line: 2, reason: "the user has a line above" }]);
});

Deno.test("parseHtpasswd(): a decoy costs what the users cost, and is nobody's hash", () => {
  for (const [costs, want] of [[[], "10"], [[4], "04"], [[4, 5, 5], "05"]] as const) {
    const lines = costs.map((cost, i) => `u${i}:${hashSync("secret", cost)}`);
    const { decoy } = parseHtpasswd(lines.join("\n"));
    assertEquals(decoy.slice(0, 7), `$2b$${want}$`);
    assertEquals(decoy.length, HASH.length);
  }
  assertEquals(compareSync("secret", parseHtpasswd(`bob:${HASH}`).decoy), false);
});

Deno.test("parseHtpasswd() reads any bytes without a user that is not there", () => {
  const parts = ["bob", ":", HASH, "\n", "\r", "\0", "#", "$2y$", "\u{feff}", "__proto__", " "];
  for (let seed = 0; seed < 2000; seed++) {
    const random = new Random(seed);
    const text = Array.from({ length: random.below(12) }, () => random.pick(parts)).join("");
    for (const [user, hash] of parseHtpasswd(text).hashes) {
      assertEquals(text.includes(`${user}:${hash}`), true, JSON.stringify(text));
      assertEquals(/\p{Cc}/u.test(user), false, JSON.stringify(text));
    }
  }
});
