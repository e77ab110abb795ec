// Goal: the most specific block decides, for both families. Method: tables, and a comparison with a
// search through all blocks.
import { assertEquals } from "@std/assert";
import { type Ip, ipBytes, ipOfBytes, parseIp } from "../../../mod/base/address.ts";
import { ClientRules } from "../../../mod/site/rules/client_rules.ts";
import { Random } from "../../fuzz/random.ts";

const ip = (text: string): Ip => parseIp(text)!;

Deno.test("ClientRules: the most specific block decides, and others depend on --allow", () => {
  const cases = [
    { rules: { deny: ["10.0.0.0/8"] }, yes: ["11.0.0.1", "::1"], no: ["10.1.2.3"] },
    { rules: { allow: ["10.0.0.0/8"] }, yes: ["10.255.0.1"], no: ["11.0.0.1", "::1"] },
    {
      rules: { allow: ["10.0.0.0/8"], deny: ["10.0.0.5"] },
      yes: ["10.0.0.4"],
      no: ["10.0.0.5", "192.0.2.1", "::ffff:10.0.0.5"],
    },
    {
      rules: { allow: ["0.0.0.0/0", "::/0", "10.0.0.5"], deny: ["10.0.0.0/8"] },
      yes: ["10.0.0.5", "192.0.2.1", "::1", "fe80::1%eth0"],
      no: ["10.0.0.4"],
    },
    {
      rules: { deny: ["2001:db8::/32", "fe80::/10"], allow: ["::/0", "2001:db8:1::/48"] },
      yes: ["2001:db8:1::1", "2001:db9::1"],
      no: ["2001:db8:2::1", "fe80::1%eth0", "10.0.0.1"],
    },
    { rules: { deny: ["0.0.0.0/0", "::/0"] }, yes: [], no: ["10.0.0.1", "::1"] },
    { rules: { allow: ["10.0.0.1"], deny: ["10.0.0.1"] }, yes: [], no: ["10.0.0.1", "10.0.0.2"] },
  ];
  for (const { rules, yes, no } of cases) {
    const compiled = new ClientRules(rules);
    const shown = JSON.stringify(rules);
    for (const text of yes) assertEquals(compiled.allows(ip(text)), true, text + shown);
    for (const text of no) assertEquals(compiled.allows(ip(text)), false, text + shown);
  }
});

Deno.test("ClientRules decides as a search through all blocks does", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const length = random.chance(2) ? 4 : 16;
    const bytes = (): number[] => Array.from({ length }, () => random.pick([0, 1, 128, 200]));
    const bitsOf = (text: string): string => {
      return ipBytes(ip(text)).map((byte) => byte.toString(2).padStart(8, "0")).join("");
    };
    const block = (): string => {
      const bits = random.below(length * 8) + 1;
      const kept = bytes().map((byte, i) => {
        return byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i)));
      });
      return `${ipOfBytes(kept)}/${bits}`;
    };
    const texts = (): string[] => Array.from({ length: random.below(6) }, block);
    const allow = texts();
    const deny = texts().filter((text) => !allow.includes(text));
    const rules = new ClientRules({ allow, deny });
    for (let i = 0; i < 20; i++) {
      const client = ipOfBytes(bytes());
      const matching = [...allow, ...deny].flatMap((text) => {
        const [address = "", bits = ""] = text.split("/");
        const isIn = bitsOf(client).startsWith(bitsOf(address).slice(0, Number(bits)));
        return isIn ? [{ text, bits: Number(bits) }] : [];
      }).sort((a, b) => b.bits - a.bits);
      const want = matching.length === 0 ? allow.length === 0 : allow.includes(matching[0]!.text);
      assertEquals(rules.allows(client), want, `${client} in +${allow} -${deny}`);
    }
  }
});
