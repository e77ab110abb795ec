/**
 * Goal: the live page is true as long as it is open, whatever happens to the service, and can be used
 * by everybody. Method: the program as a service, the page in Chromium; a page waits for what it has
 * to show, and every error in its console counts. With HTTPCFG_SCREENSHOTS=DIR, what it looks like is
 * kept there.
 */
import { assert, assertEquals } from "@std/assert";
import type { ConfigDocument, SiteRecord } from "../../../mod/config/document/document.ts";
import type { SiteContent } from "../../../mod/config/document/site_content.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { writeLastGood } from "../../../mod/fleet/member/last_good.ts";
import { writeMembership } from "../../../mod/fleet/member/membership.ts";
import { sharedOf } from "../../../mod/fleet/member/merge.ts";
import { DEFAULT_PREFIX } from "../../../mod/fleet/shared/layout.ts";
import { axeFindings } from "../../support/pages/axe.ts";
import { type BrowserContext, launchBrowser, type Page } from "../../support/pages/browser.ts";
import { pageFaults } from "../../support/pages/page_checks.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const IP = "127.0.0.2";
/** Addresses that no machine has (RFC 5737, RFC 2544). */
const ABSENT = "192.0.2.7";
const MANY = Array.from({ length: 9999 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);

/** A service with a live page, and a browser. */
class Watched implements AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  readonly #browser: Awaited<ReturnType<typeof launchBrowser>>;
  /** What the pages have written to their consoles, without failed connections. */
  readonly errors: string[] = [];

  private constructor(
    program: Program,
    port: number,
    browser: Awaited<ReturnType<typeof launchBrowser>>,
  ) {
    this.program = program;
    this.url = `http://${IP}:${port}/`;
    this.#browser = browser;
  }

  static async start(
    { list = [IP], settings = {}, isMember = false }: Partial<{
      readonly isMember: boolean;
      readonly list: readonly string[];
      readonly settings: ConfigDocument["settings"];
    }> = {},
  ): Promise<Watched> {
    const program = await Program.make();
    const port = freePort();
    const document = documentOf(port, list, settings);
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    if (isMember) await makeMember(program);
    await program.serve();
    return new Watched(program, port, await launchBrowser());
  }

  async open(options: Parameters<Watched["context"]>[0] = {}): Promise<Page> {
    const page = await (await this.context(options)).newPage();
    page.on("pageerror", (error) => void this.errors.push(String(error)));
    page.on("console", (message) => {
      const isConnection = message.text().includes("net::ERR_");
      if (message.type() === "error" && !isConnection) this.errors.push(message.text());
    });
    await page.goto(this.url);
    return page;
  }

  context(
    options: Parameters<Awaited<ReturnType<typeof launchBrowser>>["newContext"]>[0] = {},
  ): Promise<BrowserContext> {
    return this.#browser.newContext(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.program[Symbol.asyncDispose]();
  }
}

/** Makes a machine a member of a fleet whose store is away, and which has other sites. */
async function makeMember(paths: Pick<Program, "config">): Promise<void> {
  const url = `http://127.0.0.1:${freePort()}`;
  await writeMembership(paths, {
    ...{ name: "web1", id: "0123456789abcdef", group: "canary", prefix: DEFAULT_PREFIX },
    joinedAt: "2026-11-28T00:00:00.000Z",
    store: { urls: [url] },
  });
  await writeLastGood(paths, {
    ...{ epoch: "e", revision: 7, highest: { revision: 7, hash: "h" } },
    document: sharedOf(DEFAULT_DOCUMENT),
  });
}

function documentOf(
  port: number,
  ipListen: readonly string[],
  settings: ConfigDocument["settings"],
): ConfigDocument {
  const site = (id: number, name: string, host: string, content: SiteContent): SiteRecord => {
    const bindings = [`:${port}:${host}`];
    return { id, name, bindings, secureBindings: [], autoStart: true, content };
  };
  return {
    version: 2,
    ipListen: [...ipListen],
    ssl: [],
    urlAcl: [],
    metabase: {},
    registrations: [],
    settings,
    sites: [
      site(1, "page", "", { kind: "dashboard" }),
      site(2, "shop", "shop.localhost", { kind: "respond", text: "open" }),
    ],
  };
}

/** Waits for the cell of a row in one of the tables to have this text. */
async function waitForRow(page: Page, table: string, name: string, text: string): Promise<void> {
  const row = page.locator(`#${table} tbody tr`).filter({ hasText: name }).first();
  await row.locator("td").filter({ hasText: text }).first().waitFor();
}

async function waitForTitle(page: Page, start: string): Promise<void> {
  await waitFor(async () => (await page.title()).startsWith(start), `the title "${start}"`);
}

async function waitForConnection(page: Page, text: string): Promise<void> {
  await page.locator("#connection").filter({ hasText: text }).waitFor();
}

testWith(["chromium"], "the page follows the service, and survives its restart", async () => {
  // As long as a stop may take, it would be waited for in vain here.
  await using watched = await Watched.start({ settings: { ShutdownGraceTimeout: 3600 } });
  const { program } = watched;
  const page = await watched.open();
  await waitForConnection(page, "Live");
  await waitForRow(page, "sites", "shop", "started");
  assertEquals(await page.title(), `All is well · ${Deno.hostname()} · httpcfg`);

  await program.do("site stop shop");
  await waitForRow(page, "sites", "shop", "stopped");
  await program.do(`iplisten add ${ABSENT}`);
  await page.locator("#attention-rows li").filter({ hasText: "stored, not applied" }).waitFor();
  await program.do("reload");
  await waitForRow(page, "addresses", ABSENT, "wait");
  await waitForTitle(page, "1 warning");

  await program.do("net stop http /y");
  await waitForConnection(page, "Disconnected");
  await waitForTitle(page, "Disconnected");
  await program.do("net start w3svc");
  await waitForConnection(page, "Live");
  await waitForRow(page, "sites", "shop", "stopped");
  assertEquals(watched.errors, []);
});

testWith(
  ["chromium"],
  "everybody can use the page: any screen, by keyboard, without script",
  async () => {
    await using watched = await Watched.start({ list: [IP, ABSENT], isMember: true });
    const looks = {
      light: { colorScheme: "light", viewport: { width: 1440, height: 900 } },
      dark: { colorScheme: "dark", viewport: { width: 1100, height: 900 } },
      phone: { colorScheme: "light", viewport: { width: 320, height: 700 }, isMobile: true },
      "without script": { javaScriptEnabled: false, viewport: { width: 1100, height: 900 } },
    } as const;
    const faults: string[] = [];
    for (const [look, options] of Object.entries(looks)) {
      const page = await watched.open(options);
      await waitForRow(page, "addresses", ABSENT, "wait");
      await page.locator("#fleet-overrides code").first().waitFor();
      if (look === "without script") {
        assertEquals(await page.locator("#tools").isVisible(), false);
        assertEquals(await page.locator("#sites tbody tr").count(), 2);
        assertEquals(await page.locator('[data-fact="name"]').textContent(), "web1");
        continue;
      }
      await waitForConnection(page, "Live");
      await page.locator("#addresses .pick").first().click();
      await page.locator("#addresses-details").waitFor();
      const folder = Deno.env.get("HTTPCFG_SCREENSHOTS");
      if (folder) {
        await page.screenshot({
          path: `${folder}/dashboard.${look}.png`,
          fullPage: true,
        });
      }
      const found = [...await axeFindings(page), ...await pageFaults(page)];
      faults.push(...found.map((fault) => `${look}: ${fault}`));
    }
    assertEquals(faults, []);
    assertEquals(watched.errors, []);
  },
);

testWith(["chromium"], "the page shows the fleet of a member, until it leaves", async () => {
  await using watched = await Watched.start({ isMember: true });
  const page = await watched.open();
  await waitForConnection(page, "Live");
  const fact = (name: string, text: string): Promise<void> => {
    return page.locator(`#fleet [data-fact="${name}"]`).filter({ hasText: text }).waitFor();
  };
  await fact("name", "web1");
  await fact("group", "canary");
  await fact("revision", "7");
  await fact("store", "down");
  await page.locator("#fleet-overrides code").filter({ hasText: "ipListen" }).waitFor();
  const state = await (await fetch(`${watched.url}state.json`)).json();
  assertEquals([state.fleet.name, state.fleet.isStoreUp], ["web1", false]);

  await watched.program.do("fleet leave");
  await page.locator("#fleet").waitFor({ state: "hidden" });
  assertEquals(watched.errors, []);
});

testWith(["chromium"], "10,000 addresses stay usable", async () => {
  await using watched = await Watched.start({ list: [IP, ...MANY] });
  const page = await watched.open({ viewport: { width: 1280, height: 900 } });
  await waitForConnection(page, "Live");
  const table = page.locator("#addresses table");
  await page.locator(`#addresses table[aria-rowcount="10001"]`).waitFor();
  const made = async (): Promise<number> => await page.locator("#addresses tbody tr").count();
  assert(await made() < 100, "only the rows that can be seen exist");

  // To the last row by keyboard: it has the focus, whatever the service sends meanwhile.
  await page.locator("#addresses .pick").first().focus();
  await page.keyboard.press("End");
  const focused = page.locator("#addresses tr:has(:focus)");
  await focused.filter({ hasText: IP }).waitFor();
  assertEquals(await focused.getAttribute("aria-rowindex"), "10001");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 2; i++) {
    const time = await page.locator("#time").textContent();
    await page.locator("#time").filter({ hasNotText: time! }).waitFor();
  }
  assertEquals(await focused.getAttribute("aria-rowindex"), "10001");
  assertEquals(await focused.locator(".pick").getAttribute("aria-expanded"), "true");
  assert(await made() < 100);

  await page.keyboard.press("/");
  await page.keyboard.type("198.18.39.1");
  await page.locator(`#addresses table[aria-rowcount="7"]`).waitFor(); // .1, and .10 to .14
  await page.locator("#filter").fill("");
  await page.locator("#addresses th button").first().click();
  await table.locator("tbody tr").filter({ hasText: IP }).first().waitFor();
  assertEquals(watched.errors, []);
});

for (const workers of [1, 2]) {
  Deno.test(`a stream outlives a reload, and ends with its site; ${workers} workers`, async () => {
    const program = await Program.make();
    await using _ = program;
    const port = freePort();
    const document = documentOf(port, [IP], { Workers: workers });
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    await program.serve();
    const url = `http://${IP}:${port}`;
    const response = await fetch(`${url}/events`);
    assertEquals(response.headers.get("content-type"), "text/event-stream");
    assertEquals(response.headers.get("x-accel-buffering"), "no");
    const events = new EventReader(response.body!);
    assertEquals((await events.next())?.event, "snapshot");
    await program.do("site set shop --name store");
    await program.do("reload");
    while (!(await events.next())!.data.includes('"name":"store"'));
    const view = await (await fetch(`${url}/state.json`)).json();
    assertEquals(view.sites.map(({ name }: { readonly name: string }) => name), ["page", "store"]);
    assertEquals(view.workers.length, workers);

    await program.do("site set page --max-connections 50");
    await program.do("reload");
    while (await events.next() !== null);
  });
}

/** Reads server-sent events. */
class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Returns the next event; null at the end of the stream. */
  async next(): Promise<{ readonly event: string; readonly data: string } | null> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const event = /^event: (.*)$/m.exec(block)?.[1];
        if (event === undefined) continue;
        return { event, data: /^data: (.*)$/m.exec(block)?.[1] ?? "" };
      }
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#text += value;
    }
  }
}
