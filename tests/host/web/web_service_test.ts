// Goal: what is served is always consistent, whatever starts and stops in which order. Method: the
// real HTTP and W3SVC with a document in memory, and requests over loopback.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { atOnce } from "../../../mod/base/work/steps.ts";
import { HttpService } from "../../../mod/host/web/http_service.ts";
import { HttpsService } from "../../../mod/host/web/https_service.ts";
import { RequestHandler } from "../../../mod/host/serving/request_handler.ts";
import type { ServedProgram } from "../../../mod/host/serving/served.ts";
import { Workers } from "../../../mod/host/serving/workers.ts";
import { findListeners } from "../../../mod/listen/machine/port_owners.ts";
import { ANY_BINDER } from "../../../mod/listen/sockets/endpoint.ts";
import { WebService } from "../../../mod/host/web/web_service.ts";
import { loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import type { ServiceLogs } from "../../../mod/telemetry/service_logs.ts";
import { get, isRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { noService } from "../../support/about/service_source.ts";

const ADDRESS = "127.0.0.2";
const siteHandler = await loadSiteHandlers();

interface Fixture {
  readonly port: number;
  readonly http: HttpService;
  readonly web: WebService;
  /** Sets what the store returns from now on; null for a document that cannot be read. */
  store(change: Partial<ConfigDocument> | null): void;
  /** The statuses of `/` and `/app/`; 0 if nothing listens. */
  statuses(): Promise<number[]>;
}

function fixture(): Fixture {
  const port = freePort();
  const site = DEFAULT_DOCUMENT.sites[0]!;
  const sites = [{
    ...site,
    bindings: [`:${port}:`],
    content: { kind: "respond", text: "site" } as const,
  }];
  const base: ConfigDocument = { ...DEFAULT_DOCUMENT, ipListen: [ADDRESS], sites };
  let document: ConfigDocument | null = base;
  const read = (): Promise<ConfigDocument> => {
    return document === null ? Promise.reject(new Fault("broken")) : Promise.resolve(document);
  };
  const nothing = (): void => {};
  const logs = {
    reconfigure: () => Promise.resolve(),
    flush: () => Promise.resolve(),
    event: nothing,
    served: nothing,
    refused: nothing,
  } as unknown as ServiceLogs;
  const requests = new RequestHandler({
    siteHandler,
    service: noService,
    onProgramFault: nothing,
    onUpstream: nothing,
  });
  const workers = new Workers({
    requests,
    findListeners,
    binder: ANY_BINDER,
    machine: { os: "linux", cores: 1 },
    start: () => Promise.reject(new Error("no worker processes here")),
    service: noService,
    onProgramFault: nothing,
    onUpstream: nothing,
    logs,
    event: nothing,
    log: nothing,
  });
  const https = new HttpsService({
    store: { read },
    certs: "/nowhere",
    event: nothing,
    prepare: () => Promise.resolve(),
    renew: nothing,
  });
  const http = new HttpService({ store: { read }, logs, workers, onApplied: nothing });
  const web = new WebService({
    store: { read },
    http,
    https,
    workers,
    logs,
    via: "us",
    onApplied: nothing,
  });
  return {
    port,
    http,
    web,
    store: (change) => void (document = change === null ? null : { ...base, ...change }),
    async statuses(): Promise<number[]> {
      if (await isRefused(ADDRESS, port)) return [0, 0];
      const of = async (at: string): Promise<number> =>
        (await get(ADDRESS, port, { path: at })).status;
      return [await of("/"), await of("/app/")];
    },
  };
}

/** A program that does not run: each of its requests is a 502. */
function program(port: number): ServedProgram {
  const prefix = parseUrlPrefix(`http://*:${port}/app/`)!;
  return { id: 1, prefix, target: { kind: "unix", path: "/nowhere" }, timeoutMs: 1000 };
}

Deno.test("WebService serves programs without sites, then both, and programs again", async () => {
  const { http, web, port, statuses } = fixture();
  await http.start();
  assertEquals(await statuses(), [0, 0]);
  const [registered] = await web.servePrograms([program(port)]);
  assertEquals([registered?.state, await statuses()], ["started", [404, 502]]);
  await web.start();
  assertEquals(await statuses(), [200, 502]);
  assertEquals(atOnce(web.status(null)).sites.map(({ state }) => state), ["started"]);
  await web.stop();
  assertEquals([await statuses(), atOnce(web.status(null)).sites], [[404, 502], []]);
  await web.servePrograms([]);
  assertEquals([await statuses(), atOnce(web.status(null))], [[0, 0], {
    endpoints: [],
    sites: [],
  }]);
  await http.stop();
});

Deno.test("WebService knows what is in force, whatever is stored in the meantime", async () => {
  const { http, web, port, store } = fixture();
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, id: 2, name: "two", bindings: [`:${port}:two`] };
  const stored = {
    ...DEFAULT_DOCUMENT,
    ipListen: ["127.0.0.3"],
    settings: { MaxFieldCount: 9 },
    sites: [site],
  };
  assertEquals(web.documentInForce(stored), null);
  await http.start();
  store(stored);
  const inForce = { ...stored, ipListen: [ADDRESS], settings: {} };
  assertEquals([web.documentInForce(stored), web.documentInForce(null)], [inForce, null]);
  assertEquals(atOnce(web.status(stored)).sites.map(({ name, state }) => [name, state]), [
    ["two", "stopped"],
  ]);
  await web.start();
  assertEquals([web.documentInForce(stored), web.documentInForce(null)], [inForce, inForce]);
  const [endpoint] = atOnce(web.status(stored)).endpoints;
  assertEquals([endpoint?.ip, endpoint?.note], [ADDRESS, "the stored list excludes it"]);
  assertEquals(atOnce(web.status(null)).endpoints[0]?.note, undefined);

  const bound = { ...site, id: 3, name: "three", bindings: [`127.0.0.3:${port}:`] };
  store({ ...stored, sites: [site, bound] });
  const fault = await assertRejects(() => web.controlSite("start", 3), Fault);
  assertMatch(fault.message, /not on the IP inclusion list in force; the stored list includes it$/);
  assertEquals(fault.hint, "httpcfg reload");
  assertEquals(atOnce(web.status(stored)).sites.map(({ reason }) => reason?.slice(-26)), [
    undefined,
    "the stored list includes it".slice(-26),
  ]);
  await web.stop();
  await http.stop();
  assertEquals(web.documentInForce(stored), null);
});

Deno.test("WebService lets a program go with a document that cannot be read", async () => {
  const { http, web, port, store, statuses } = fixture();
  await http.start();
  await web.servePrograms([program(port)]);
  store(null);
  await web.servePrograms([]);
  assertEquals(await statuses(), [0, 0]);
  await assertRejects(() => web.servePrograms([program(port)]), Fault, "broken");
  await http.stop();
});

Deno.test("WebService stops even if the document can no longer be read", async () => {
  const { http, web, port, store, statuses } = fixture();
  await http.start();
  await web.start();
  await web.servePrograms([program(port)]);
  store(null);
  await web.stop();
  assertEquals([await statuses(), web.documentInForce(null)], [[404, 502], null]);
  store({});
  await web.servePrograms([]);
  await http.stop();
});

Deno.test("WebService still serves what it served before if a start fails", async () => {
  const { http, web, port, store, statuses } = fixture();
  await http.start();
  await web.servePrograms([program(port)]);
  store({ sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings: ["192.0.2.1:80:"] }] });
  await assertRejects(() => web.start(), Fault, "Cannot start");
  assertEquals([await statuses(), atOnce(web.status(null)).sites], [[404, 502], []]);
  await web.servePrograms([]);
  await assertRejects(() => web.start(), Fault, "Cannot start");
  assertEquals(web.runningSites, []);
  await http.stop();
  assertEquals(web.runningSites, null);
});

Deno.test("WebService.reload() with nothing served applies list and settings only", async () => {
  const { http, web, store } = fixture();
  await assertRejects(() => web.reload(), Fault, "is not running");
  await http.start();
  store({ ipListen: [] });
  assertEquals(await web.reload(), { changes: [], workers: null, draining: [] });
  assertEquals([http.config?.ipListen, atOnce(web.status(null)).endpoints], [[], []]);
  await http.stop();
});
