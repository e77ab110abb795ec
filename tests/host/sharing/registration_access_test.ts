/** Goal: "Processing Registrations": who may register which prefix, and the code if not. Method: a
 * table of callers, reservations and prefixes. */
import { assertEquals } from "@std/assert";
import { formatUrlPrefix, parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  refusalOf,
  type Registrant,
  takenBySites,
} from "../../../mod/host/sharing/registration_access.ts";
import { parseLocalTarget } from "../../../mod/site/proxied/proxy_target.ts";

const ROOT: Registrant = { uid: 0, gids: [0], isAdministrator: true };
const OWNER: Registrant = { uid: 500, gids: [500], isAdministrator: true };
const ANN: Registrant = { uid: 1000, gids: [1000, 33], isAdministrator: false };
const BOB: Registrant = { uid: 1001, gids: [1001], isAdministrator: false };

const RESERVED = [
  ["http://+:80/all/", "D:(A;;GX;;;WD)"],
  ["http://+:80/all/ann/", "D:(A;;GX;;;S-1-22-1-1000)"],
  ["http://+:80/group/", "D:(A;;GX;;;S-1-22-2-33)"],
  ["http://+:80/but-bob/", "D:(D;;GX;;;S-1-22-1-1001)(A;;GX;;;WD)"],
  ["http://+:80/admins/", "D:(A;;GX;;;BA)"],
  ["http://+:80/delegate/", "D:(A;;GW;;;WD)"],
  ["http://*:80/weak/", "D:(A;;GX;;;WD)"],
  ["https://+:443/", "D:(A;;GX;;;WD)"],
  ["http://+:80/broken/", "no descriptor"],
].map(([url, sddl]) => ({ url: url!, sddl: sddl! }));

const SITES = [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings: [":80:", "10.0.0.1:81:", ":82:a.test"] }];

function code(who: Registrant, url: string, to = "http://127.0.0.1:1"): number {
  return decide(who, url, to)?.code ?? 0;
}

function decide(
  registrant: Registrant,
  url: string,
  to: string,
): ReturnType<typeof refusalOf> {
  return refusalOf({
    keep: false,
    prefix: parseUrlPrefix(url)!,
    target: parseLocalTarget(to)!,
    registrant,
    reservations: RESERVED,
    taken: [...takenBySites(SITES), { prefix: parseUrlPrefix("http://+:80/had/")!, by: "ann" }],
  });
}

Deno.test("refusalOf() follows the longest reservation, else the implicit one", () => {
  const cases: [who: Registrant, url: string, want: number][] = [
    [ROOT, "http://+:80/none/", 0],
    [OWNER, "http://+:80/none/", 0],
    [ANN, "http://+:80/none/", 5],
    [ANN, "http://+:80/all/", 0],
    [ANN, "http://+:80/all/deep/er/", 0],
    [ANN, "http://+:80/allx/", 5], // by segments
    [ANN, "http://+:80/all/ann/", 0],
    [BOB, "http://+:80/all/ann/", 5], // the longer one decides
    [BOB, "http://+:80/all/annx/", 0],
    [ROOT, "http://+:80/all/ann/", 5], // for administrators as well
    [ANN, "http://+:80/group/x/", 0],
    [BOB, "http://+:80/group/x/", 5],
    [ANN, "http://+:80/but-bob/", 0],
    [BOB, "http://+:80/but-bob/", 5],
    [ROOT, "http://+:80/admins/", 0],
    [OWNER, "http://+:80/admins/", 0],
    [ANN, "http://+:80/admins/", 5],
    [ANN, "http://+:80/delegate/", 5], // the right to delegate is not the right to register
    [ANN, "http://*:80/weak/", 0],
    [ANN, "http://+:80/weak/", 5], // another bucket
    [ANN, "http://a.test:80/all/", 5],
    [ANN, "http://+:8080/all/", 5], // another port
    [ROOT, "http://+:80/broken/", 5],
    [ANN, "https://+:443/x/", 0],
  ];
  for (const [who, url, want] of cases) assertEquals(code(who, url), want, `${who.uid} ${url}`);
});

Deno.test("refusalOf() returns 183 for prefixes and ports in use, for any caller", () => {
  for (const who of [ROOT, BOB]) {
    assertEquals(code(who, "http://+:80/had/"), 183);
    assertEquals(code(who, "http://+:80/HAD/"), 183);
    assertEquals(code(who, "http://*:80/"), 183, "a site has it");
    assertEquals(code(who, "http://10.0.0.1:81/"), 183);
    assertEquals(code(who, "http://a.test:82/"), 183);
    assertEquals(code(who, "https://+:80/x/"), 183, "the port uses http");
    assertEquals(code(who, "http://+:443/x/"), 183, "a reservation is for https");
  }
  assertEquals(code(ROOT, "http://*:81/"), 0);
});

Deno.test("refusalOf() returns 87 for an address to which no client connects", () => {
  for (const host of ["0.0.0.0", "[::]", "[::ffff:0.0.0.0]", "224.0.0.1", "[ff02::1]"]) {
    assertEquals(code(ROOT, `http://${host}:80/none/`), 87, host);
  }
  assertEquals(code(ROOT, "http://10.0.0.9:80/none/"), 0);
});

Deno.test("refusalOf() allows a socket file to administrators only", () => {
  const url = "http://+:80/all/";
  assertEquals([ROOT, OWNER, ANN].map((who) => code(who, url, "unix:/s")), [0, 0, 5]);
});

Deno.test("takenBySites() returns the prefix of each binding", () => {
  const bindings = [":80:", "10.0.0.1:80:", "[::1]:80:", ":80:a.test", "10.0.0.1:80:a.test"];
  const taken = takenBySites([{ ...SITES[0]!, bindings, secureBindings: [":443:"] }]);
  assertEquals(taken.map(({ prefix }) => formatUrlPrefix(prefix)), [
    "http://*:80/",
    "http://10.0.0.1:80/",
    "http://[::1]:80/",
    "http://a.test:80/",
    "http://a.test:10.0.0.1:80/", // which is not a UrlPrefix
    "https://*:443/",
  ]);
  assertEquals(taken[0]?.by, 'site "Default Web Site"');
  const applications = [{ path: "/Api/v%25/", content: SITES[0]!.content }];
  const withOne = takenBySites([{ ...SITES[0]!, bindings: [":80:"], applications }]);
  assertEquals(withOne.map(({ prefix }) => formatUrlPrefix(prefix)), [
    "http://*:80/",
    "http://*:80/api/v%25/",
  ]);
});

Deno.test("refusalOf() returns a hint that cures the refusal", () => {
  const reserve = (url: string): string => {
    return `sudo httpcfg set urlacl -u ${url} -a "D:(A;;GX;;;S-1-22-1-1000)"`;
  };
  const cases: [url: string, to: string, hint: string | undefined][] = [
    ["http://+:80/none/", "http://127.0.0.1:1", reserve("http://+:80/none/")],
    ["http://+:80/admins/x/", "http://127.0.0.1:1", reserve("http://+:80/admins/x/")],
    [
      "http://+:80/admins/",
      "http://127.0.0.1:1",
      `sudo httpcfg delete urlacl -u http://+:80/admins/; ${reserve("http://+:80/admins/")}`,
    ],
    ["http://+:80/all/", "unix:/s", "sudo httpcfg register http://+:80/all/ --to unix:/s"],
    [
      "http://+:80/had/",
      "http://127.0.0.1:1",
      "httpcfg register http://+:80/had/app/ --to http://127.0.0.1:1",
    ],
    ...["0.0.0.0", "[::]", "224.0.0.1", "[ff02::1]"].map((host): typeof cases[number] => [
      `http://${host}:80/all/`,
      "http://127.0.0.1:1",
      "httpcfg register 'http://*:80/all/' --to http://127.0.0.1:1",
    ]),
  ];
  for (const [url, to, hint] of cases) assertEquals(decide(ANN, url, to)?.hint, hint, url);
});
