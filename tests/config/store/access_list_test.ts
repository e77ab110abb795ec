// Goal: who may use a directory of Windows is told from its access list, in every language. Method:
// tables of lists as icacls and whoami of Windows write them.
import { assertEquals } from "@std/assert";
import {
  type Outsider,
  outsidersIn,
  outsidersText,
  ownersOf,
  parseAccount,
  parseSaved,
  protectArguments,
  protectLine,
} from "../../../mod/config/store/access_list.ts";

const USER = "S-1-5-21-1004336348-1177238915-682003330-1001";
const OWNERS = ["S-1-5-18", "S-1-5-32-544", USER];

function wide(text: string): Uint8Array {
  return new Uint8Array(Uint16Array.from([...text].map((c) => c.charCodeAt(0))).buffer);
}

Deno.test("outsidersIn() names everybody but the owners, and what they may do", () => {
  const cases: [sddl: string, found: Outsider[] | null][] = [
    // As ours.
    [`D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${USER})`, []],
    // What a directory below C:\ProgramData inherits.
    [
      "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)" +
      "(A;CIID;DCLCRPCR;;;BU)",
      [{ sid: "S-1-5-32-545", may: "change" }],
    ],
    ["D:(A;;0x1200a9;;;BU)", [{ sid: "S-1-5-32-545", may: "read" }]],
    ["D:(A;;FR;;;WD)(A;;FA;;;AU)", [
      { sid: "S-1-1-0", may: "read" },
      { sid: "S-1-5-11", may: "change" },
    ]],
    ["D:(A;OICIIO;GR;;;S-1-5-4)", [{ sid: "S-1-5-4", may: "read" }]],
    [`D:(A;;FA;;;${USER.replace(/1$/, "2")})`, [
      { sid: USER.replace(/1$/, "2"), may: "change" },
    ]],
    // Attributes, and passing through, are no secrets; nor is who is denied something.
    ["D:(A;;0x100081;;;BU)", [{ sid: "S-1-5-32-545", may: "read" }]],
    ["D:(A;;0x1000a0;;;BU)(A;;RCLOWP;;;WD)", []],
    ["D:(D;;FA;;;WD)(A;;FA;;;SY)", []],
    // Nobody, and everybody.
    ["D:", []],
    ["D:P", []],
    ["D:NO_ACCESS_CONTROL", [{ sid: "S-1-1-0", may: "change" }]],
    ["D:PNO_ACCESS_CONTROL", [{ sid: "S-1-1-0", may: "change" }]],
    // The owner, administrators by other names, and the installer of Windows.
    ["D:(A;;FA;;;OW)(A;;FA;;;S-1-3-4)(A;;FA;;;DA)(A;;FA;;;LA)", []],
    ["D:(A;;FA;;;S-1-5-21-1-2-3-500)(A;;FA;;;S-1-5-21-1-2-3-512)", []],
    ["D:(A;;FA;;;S-1-5-21-1-2-3-513)", [{ sid: "S-1-5-21-1-2-3-513", may: "change" }]],
    // With owner, group and audits; with conditions; with rights and names that are not known.
    ["O:BAG:SYD:PAI(A;;FA;;;SY)S:AI(AU;SAFA;FA;;;WD)", []],
    ["O:DAG:DDD:(A;;FR;;;BG)S:NO_ACCESS_CONTROL", [{ sid: "S-1-5-32-546", may: "read" }]],
    ['D:(XA;;FR;;;WD;(@User.Title=="(x)"))(A;;FA;;;SY)', [{ sid: "S-1-1-0", may: "read" }]],
    ["D:(A;;QQ;;;ZZ)", [{ sid: "ZZ", may: "change" }]],
    // What is no list.
    ["", null],
    ["O:BAG:SY", null],
    ["D:(A;;FA;;;SY", null],
    ["D:(A;;FA;;;SY)x", null],
    ["noise", null],
  ];
  for (const [sddl, found] of cases) assertEquals(outsidersIn(sddl, OWNERS), found, sddl);
});

Deno.test("parseSaved() reads pairs of a name and a list, in UTF-16", () => {
  const saved = "дом\r\nD:PAI(A;OICI;FA;;;SY)\r\nдом\\a b.key\r\nD:AI(A;ID;FA;;;SY)\r\n";
  const lists = [
    { name: "дом", sddl: "D:PAI(A;OICI;FA;;;SY)" },
    { name: "дом\\a b.key", sddl: "D:AI(A;ID;FA;;;SY)" },
  ];
  assertEquals(parseSaved(wide(saved)), lists);
  assertEquals(parseSaved(wide(`\ufeff${saved}`)), lists);
  assertEquals(parseSaved(new TextEncoder().encode(saved)), lists);
  for (const text of ["", "\r\n", "name\r\n", "name\r\nother\r\n"]) {
    assertEquals(parseSaved(wide(text)), null, text);
  }
});

Deno.test("parseAccount() finds the user and the rights, whatever the language", () => {
  const rows = (level: string): string =>
    `"rechner\\jörg","${USER}"\r\n"Jeder","Bekannte Gruppe","S-1-1-0","Verbindlich"\r\n` +
    `"VORDEFINIERT\\Administratoren","Alias","S-1-5-32-544","Aktiviert"\r\n` +
    `"Verbindliche Beschriftung","Bezeichnung","${level}",""\r\n`;
  assertEquals(parseAccount(rows("S-1-16-12288")), { sid: USER, isElevated: true });
  assertEquals(parseAccount(rows("S-1-16-8192")), { sid: USER, isElevated: false });
  assertEquals(parseAccount('"nt authority\\system","S-1-5-18"\r\n"x","S-1-16-16384"'), {
    sid: "S-1-5-18",
    isElevated: true,
  });
  assertEquals(parseAccount(""), { sid: null, isElevated: false });
});

Deno.test("ownersOf() has the service in the home of the system, and who would be locked out", () => {
  const cases: [sid: string | null, isElevated: boolean, isSystems: boolean, owners: string[]][] = [
    [USER, true, true, ["S-1-5-18", "S-1-5-32-544", "S-1-5-19"]],
    [USER, false, true, ["S-1-5-18", "S-1-5-32-544", "S-1-5-19", USER]],
    [USER, true, false, OWNERS],
    ["S-1-5-19", false, true, ["S-1-5-18", "S-1-5-32-544", "S-1-5-19"]],
    ["S-1-5-18", true, false, ["S-1-5-18", "S-1-5-32-544"]],
    [null, false, false, ["S-1-5-18", "S-1-5-32-544"]],
  ];
  for (const [sid, isElevated, isSystems, owners] of cases) {
    assertEquals(ownersOf({ sid, isElevated }, isSystems), owners);
  }
});

Deno.test("protectArguments() names SIDs, and what protectLine() shows is the same, quoted", () => {
  assertEquals(protectArguments("C:\\a b", ["S-1-5-18", USER]), [
    "C:\\a b",
    "/inheritance:r",
    "/grant:r",
    "*S-1-5-18:(OI)(CI)F",
    `*${USER}:(OI)(CI)F`,
  ]);
  assertEquals(
    protectLine("C:\\a b", ["S-1-5-18"]),
    'icacls "C:\\a b" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F"',
  );
});

Deno.test("outsidersText() is the end of a sentence, with names that people know", () => {
  assertEquals(
    outsidersText([{ sid: "S-1-5-32-545", may: "read" }, { sid: USER, may: "change" }]),
    `${USER} may read and change it; Users (S-1-5-32-545) may read it`,
  );
});
