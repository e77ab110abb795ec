/**
 * Goal: the built-in pages can be read on any screen, and tell strangers nothing.
 *
 * Method: every page in Chromium, light, dark and on a phone: nothing is wider than the window, every
 * text has the contrast that WCAG asks for, nothing is blocked by the page's own policy. With
 * HTTPCFG_SCREENSHOTS=DIR, what it looks like is kept there.
 */
import { assertEquals } from "@std/assert";
import type { ConfigDocument, SiteRecord } from "../../../mod/config/document/document.ts";
import type { SiteContent } from "../../../mod/config/document/site_content.ts";
import { type BrowserContext, launchBrowser } from "../../support/pages/browser.ts";
import { freePort } from "../../support/ports.ts";
import { pageFaults } from "../../support/pages/page_checks.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const V4 = "127.0.0.2";
const LONG = "a-very-long-name-that-goes-on-without-any-place-to-break-the-line-".repeat(3);

/** Options of a browser context. */
const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true },
} as const;

/** Where each page is: host and path; and its status. */
const PAGES: Readonly<Record<string, readonly [host: string, path: string, status: number]>> = {
  "welcome-local": ["welcome.localhost", "/", 200],
  "welcome-remote": ["welcome.example", "/", 200],
  "listing-small": ["files.localhost", "/docs/", 200],
  "listing-root": ["files.localhost", "/", 200],
  "listing-long-names": ["files.localhost", "/long/", 200],
  "listing-1000": ["files.localhost", "/many/", 200],
  "listing-sorted": ["files.localhost", "/docs/?sort=size&order=desc", 200],
  "listing-filtered": ["files.localhost", "/many/?filter=99&sort=time", 200],
  "listing-nothing-found": ["files.localhost", `/many/?filter=${LONG}`, 200],
  "listing-empty": ["files.localhost", "/empty/", 200],
  "listing-deep": ["files.localhost", `/${"deeper/".repeat(20)}`, 200],
  "error-404": ["files.localhost", "/docs/reports/missing.html", 404],
  "error-404-long": ["files.localhost", `/${`${LONG}/`.repeat(3)}`, 404],
  "error-403": ["closed.localhost", "/docs/", 403],
  "error-502": ["files.localhost", "/program/", 502],
};

testWith(["chromium"], "every page fits every screen, can be read, and loads nothing", async () => {
  await using program = await Program.make();
  const port = freePort();
  await makeFolders(`${program.home}/www`);
  await Deno.writeTextFile(program.config, JSON.stringify(documentOf(`${program.home}/www`, port)));
  await program.serve();
  const url = `http://+:${port}/program/`;
  const registered = program.spawn(`register ${url} --to http://127.0.0.1:${freePort()}`);
  await waitFor(() => registered.stderr().includes("lasts as long"), "the registration");
  // Every name leads to the service, as a name of a stranger may (DNS rebinding).
  const browser = await launchBrowser([`--host-resolver-rules=MAP * ${V4}`]);
  try {
    const faults: string[] = [];
    for (const [look, options] of Object.entries(LOOKS)) {
      const context = await browser.newContext(options);
      for (const name of Object.keys(PAGES)) {
        const found = await faultsOf(context, { name, look, port });
        faults.push(...found.map((fault) => `${name}, ${look}: ${fault}`));
      }
      await context.close();
    }
    assertEquals(faults, []);
  } finally {
    await browser.close();
  }
});

async function faultsOf(
  context: BrowserContext,
  { name, look, port }: { readonly name: string; readonly look: string; readonly port: number },
): Promise<string[]> {
  const [host, path, status] = PAGES[name]!;
  const page = await context.newPage();
  const faults: string[] = [];
  const requested: string[] = [];
  page.on("request", (request) => void requested.push(request.url()));
  page.on("pageerror", (error) => void faults.push(String(error)));
  page.on("console", (message) => {
    const isOwnStatus = status >= 400 && message.text().includes(`status of ${status}`);
    if (message.type() === "error" && !isOwnStatus) faults.push(message.text());
  });
  const url = `http://${host}:${port}${path}`;
  const response = await page.goto(url);
  if (response?.status() !== status) faults.push(`status ${response?.status()}`);
  const folder = Deno.env.get("HTTPCFG_SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/${name}.${look}.png` });
  faults.push(...await pageFaults(page));
  faults.push(...requested.filter((one) => one !== url).map((one) => `loads ${one}`));
  await page.close();
  return faults;
}

async function makeFolders(www: string): Promise<void> {
  const files: Readonly<Record<string, readonly [size: number, day: string]>> = {
    "docs/reports/index.txt": [1, "2026-01-01"],
    "docs/images/.keep": [0, "2026-01-01"],
    "docs/chapter1.md": [2_310, "2026-02-03"],
    "docs/chapter2.md": [18_455, "2026-02-11"],
    "docs/chapter10.md": [7_120, "2026-03-01"],
    "docs/Übersicht.pdf": [1_482_210, "2026-04-20"],
    "docs/archive.tar.gz": [48_200_113, "2025-11-30"],
    "docs/empty.txt": [0, "2024-02-29"],
    [`long/${LONG}.txt`]: [123_456, "2026-01-01"],
    ["long/<script>alert(1)</script>.html"]: [10, "2026-01-01"],
    ["long/invoice\u202excod.exe"]: [10, "2026-01-01"],
    ["long/שלום עולם.txt"]: [999_999, "2026-01-01"],
    ["long/日本語の長いファイル名".concat("長い".repeat(30), ".txt")]: [10, "2026-01-01"],
    ["long/:8080"]: [10, "2026-01-01"],
  };
  for (const [path, [size, day]] of Object.entries(files)) {
    await Deno.mkdir(`${www}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.create(`${www}/${path}`).then((file) => file.close());
    await Deno.truncate(`${www}/${path}`, size);
    const time = new Date(`${day}T12:34:56Z`);
    await Deno.utime(`${www}/${path}`, time, time);
  }
  for (const name of ["empty", "many", "deeper/".repeat(20)]) {
    await Deno.mkdir(`${www}/${name}`, { recursive: true });
  }
  for (let i = 0; i < 1000; i++) await Deno.writeTextFile(`${www}/many/photo-${i}.jpg`, "x");
}

function documentOf(www: string, port: number): ConfigDocument {
  const sites: [name: string, hosts: readonly string[], content: SiteContent][] = [
    ["files", ["files.localhost"], { kind: "root", path: www, listing: true }],
    ["closed", ["closed.localhost"], { kind: "root", path: www }],
    ["welcome", ["welcome.localhost", "welcome.example"], { kind: "welcome" }],
  ];
  return {
    version: 2,
    ipListen: [V4, "192.0.2.7"],
    ssl: [],
    urlAcl: [],
    sites: [
      ...sites.map(([name, hosts, content], i): SiteRecord => ({
        id: i + 1,
        name,
        bindings: hosts.map((host) => `:${port}:${host}`),
        secureBindings: [],
        autoStart: true,
        content,
      })),
      {
        id: 9,
        name: "A site with a rather long name, on an address that is not included",
        bindings: [`198.51.100.7:${port}:a-long-host-name.department.example.com`],
        secureBindings: [],
        autoStart: true,
        content: { kind: "echo" },
      },
    ],
    metabase: {},
    settings: {},
  };
}
