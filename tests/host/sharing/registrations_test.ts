/** Goal: programs come and go in order, and what cannot be served is rejected. Method: a service
 * that records what it is given to share. */
import { assertEquals, assertRejects } from "@std/assert";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { StoreChange } from "../../../mod/config/store/store.ts";
import type { ServedProgram } from "../../../mod/host/serving/served.ts";
import type { RegisterRequest } from "../../../mod/host/sharing/register_protocol.ts";
import type { Registrant } from "../../../mod/host/sharing/registration_access.ts";
import { Registrations, type SharedService } from "../../../mod/host/sharing/registrations.ts";
import { SHARING_LIMITS } from "../../../mod/host/sharing/sharing_limits.ts";
import { formatUrlPrefix } from "../../../mod/base/url_prefix.ts";
import type { PlannedRegistration } from "../../../mod/listen/plan/plan.ts";

const ROOT: Registrant = { uid: 0, gids: [0], isAdministrator: true };
const ANN: Registrant = { uid: 1000, gids: [], isAdministrator: false };
const DOCUMENT: ConfigDocument = {
  ...DEFAULT_DOCUMENT,
  urlAcl: [{ url: "http://+:80/all/", sddl: "D:(A;;GX;;;WD)" }],
};

class Service implements SharedService {
  runningSites: ConfigDocument["sites"] | null = DOCUMENT.sites;
  shared: string[] = [];
  /** URL that cannot be served. */
  failing = "";
  /** What the plan says can be typed about it. */
  hints: PlannedRegistration["hints"];

  servePrograms(programs: readonly ServedProgram[]): Promise<PlannedRegistration[]> {
    this.shared = programs.map(({ prefix }) => formatUrlPrefix(prefix));
    return Promise.resolve(this.shared.map((url) => {
      const hasFailed = url === this.failing;
      const state = hasFailed ? "failed" : "started";
      const planned = {
        url,
        state,
        reason: hasFailed ? "held" : null,
        win32: hasFailed ? 32 : 0,
      } as const;
      return this.hints === undefined ? planned : { ...planned, hints: this.hints };
    }));
  }
}

function requestFor(url: string, more: Partial<RegisterRequest> = {}): RegisterRequest {
  const to = "http://127.0.0.1:9";
  return { op: "register", url, to, keep: false, timeoutSeconds: 5, ...more };
}

function make(): {
  service: Service;
  registrations: Registrations;
  ended: string[];
  stored: { document: ConfigDocument };
} {
  const service = new Service();
  const stored = { document: DOCUMENT };
  const store = {
    read: () => Promise.resolve(stored.document),
    update: (edit: (document: ConfigDocument) => ConfigDocument): Promise<StoreChange> => {
      const [before, after] = [stored.document, edit(stored.document)];
      stored.document = after;
      return Promise.resolve({ changed: before !== after, before, after });
    },
  };
  const registrations = new Registrations({
    checkStored: () => Promise.resolve(() => null),
    service,
    store,
    uid: 0,
    exclusive: (work) => work(),
    now: () => 0,
  });
  return { service, registrations, ended: [], stored };
}

const ignore = (): void => {};

Deno.test("Registrations.register() accepts what is allowed, in canonical text", async () => {
  const { service, registrations } = make();
  const cases: [who: Registrant, request: RegisterRequest, code: number, text: RegExp][] = [
    [ROOT, requestFor("http://+:80/A/"), 0, /^http:\/\/\+:80\/a\/$/],
    [ROOT, requestFor("http://+:80/a/"), 183, /already registered by a program of user 0/],
    [ROOT, requestFor("http://*:8080/"), 183, /already registered by site "Default Web Site"/],
    [ANN, requestFor("http://+:80/b/"), 5, /no reservation/],
    [ANN, requestFor("http://+:80/all/b/"), 0, /all/],
    [ROOT, requestFor("http://+/a/"), 87, /UrlPrefix/],
    [ROOT, requestFor("http://+:80/x/", { to: "http://10.0.0.1:80" }), 87, /target/],
  ];
  for (const [who, request, code, text] of cases) {
    const outcome = await registrations.register(request, who, ignore);
    assertEquals([outcome.code, text.test(outcome.text)], [code, true], outcome.text);
  }
  assertEquals(service.shared, ["http://+:80/a/", "http://+:80/all/b/"]);
  assertEquals(
    registrations.status(new Map()).map(({ url, to, uid, keep }) => [url, to, uid, keep]),
    [
      ["http://+:80/a/", "http://127.0.0.1:9", 0, false],
      ["http://+:80/all/b/", "http://127.0.0.1:9", 1000, false],
    ],
  );
});

Deno.test("Registrations.register() rejects what cannot be served, or without HTTP", async () => {
  const { service, registrations } = make();
  service.failing = "http://+:80/a/";
  assertEquals(await registrations.register(requestFor("http://+:80/a/"), ROOT, ignore), {
    code: 32,
    text: "held",
  });
  assertEquals([service.shared, registrations.status(new Map())], [[], []]);
  service.hints = ["httpcfg set iplisten -i 192.0.2.5", "kill 7"];
  const listed = await registrations.register(requestFor("http://+:80/a/"), ROOT, ignore);
  assertEquals(
    listed.hint,
    "httpcfg set iplisten -i 192.0.2.5; httpcfg reload; " +
      "httpcfg register http://+:80/a/ --to http://127.0.0.1:9\nkill 7",
  );
  service.runningSites = null;
  assertEquals(
    (await registrations.register(requestFor("http://+:80/b/"), ROOT, ignore)).code,
    1062,
  );
});

Deno.test("Registrations.register() limits one user, all users, and never root with them", async () => {
  const { registrations } = make();
  const limits = SHARING_LIMITS;
  const add = async (registrant: Registrant, path: string): Promise<number> => {
    const request = requestFor(`http://+:80/all/${path}/`);
    return (await registrations.register(request, registrant, ignore)).code;
  };
  const users = limits.registrations / limits.registrationsOfUser;
  for (let user = 0; user < users; user++) {
    const registrant = { ...ANN, uid: ANN.uid + user };
    for (let i = 0; i < limits.registrationsOfUser; i++) {
      assertEquals(await add(registrant, `${user}/${i}`), 0);
    }
    assertEquals(await add(registrant, `${user}/x`), 1816);
  }
  assertEquals(await add({ ...ANN, uid: ANN.uid + users }, "x"), 1816);
  for (let i = 0; i < limits.registrationsOfAdministrators; i++) {
    assertEquals(await add(ROOT, `root/${i}`), 0);
  }
  assertEquals(await add(ROOT, "root/x"), 1816);
});

Deno.test("Registrations.unregister() is for the registrant and for administrators", async () => {
  const { service, registrations, ended } = make();
  const url = "http://+:80/all/";
  const note = (reason: string): void => void ended.push(reason);
  await registrations.register(requestFor(url, { keep: true }), ANN, note);
  const other = { ...ANN, uid: 1001 };
  assertEquals((await registrations.unregister({ op: "unregister", url }, other)).code, 5);
  await registrations.disconnected(note); // kept, as requested
  assertEquals(service.shared, [url]);
  assertEquals((await registrations.unregister({ op: "unregister", url }, ANN)).code, 0);
  assertEquals([service.shared, ended], [[], ["it was unregistered"]]);
  assertEquals((await registrations.unregister({ op: "unregister", url }, ROOT)).code, 2);
  assertEquals((await registrations.unregister({ op: "unregister", url: "x" }, ROOT)).code, 87);
});

Deno.test("Registrations.refresh() shares the registrations again while HTTP runs", async () => {
  const { service, registrations } = make();
  await registrations.register(requestFor("http://+:80/a/"), ROOT, ignore);
  service.shared = [];
  await registrations.refresh();
  assertEquals(service.shared, ["http://+:80/a/"]);
  service.runningSites = null;
  service.shared = [];
  await registrations.refresh();
  assertEquals(service.shared, []);
});

Deno.test("Registrations end with their programs, and all of them with HTTP", async () => {
  const { service, registrations, ended } = make();
  const notes = ["a", "b"].map((name) => (reason: string) => void ended.push(`${name}: ${reason}`));
  const [a, b] = notes as [(reason: string) => void, (reason: string) => void];
  await registrations.register(requestFor("http://+:80/a/"), ROOT, a);
  await registrations.register(requestFor("http://+:80/b/", { keep: true }), ROOT, b);
  await registrations.disconnected(a);
  assertEquals(service.shared, ["http://+:80/b/"]);
  await registrations.endAll("over");
  assertEquals([service.shared, ended], [[], ["a: its program closed the connection", "b: over"]]);
  await registrations.endAll("over");
  await registrations.disconnected(a);
});

Deno.test("Registrations.disconnected() does not end a later registration of the URL", async () => {
  const { service, registrations } = make();
  const url = "http://+:80/all/a/";
  const [ann, bob] = [(): void => {}, (): void => {}];
  await registrations.register(requestFor(url), ANN, ann);
  await registrations.unregister({ op: "unregister", url }, ROOT);
  await registrations.register(requestFor(url), { ...ANN, uid: 1001 }, bob);
  await registrations.disconnected(ann); // her connection ends after his registration
  assertEquals([service.shared, registrations.status(new Map())[0]?.uid], [[url], 1001]);
  await registrations.disconnected(bob);
  assertEquals(service.shared, []);
});

Deno.test("what an administrator keeps is stored, and what is stored comes back", async () => {
  const { registrations, service, stored } = make();
  const keep = { keep: true } as const;
  const record = { url: "http://+:80/all/a/", to: "http://127.0.0.1:9", timeout: 5 };
  await registrations.register(requestFor("http://+:80/all/b/", keep), ANN, ignore);
  assertEquals(stored.document.registrations, undefined); // the document is not hers
  await registrations.register(requestFor("http://+:80/ALL/a/", keep), ROOT, ignore);
  assertEquals(stored.document.registrations, [record]);
  await registrations.endAll("stop");
  assertEquals([service.shared, stored.document.registrations], [[], [record]]);
  await registrations.followStored();
  assertEquals(service.shared, ["http://+:80/all/a/"]);
  const [before] = registrations.status(new Map());
  await registrations.followStored();
  assertEquals(registrations.status(new Map()), [before!]); // nothing has changed
  stored.document = { ...DOCUMENT, registrations: [{ ...record, url: "http://+:80/all/c/" }] };
  await registrations.followStored();
  assertEquals(service.shared, ["http://+:80/all/c/"]);
  const ended = await registrations.unregister(
    { op: "unregister", url: "http://+:80/all/c/" },
    ROOT,
  );
  assertEquals([ended.code, service.shared, stored.document.registrations], [0, [], undefined]);
});

Deno.test("a registration that cannot be stored is none", async () => {
  const { registrations, service, stored } = make();
  const { document } = stored;
  Object.defineProperty(stored, "document", {
    get: () => document,
    set: () => {
      throw new Error("read-only");
    },
  });
  const request = requestFor("http://+:80/x/", { keep: true });
  await assertRejects(() => registrations.register(request, ROOT, ignore), Error, "read-only");
  assertEquals(service.shared, []);
});
