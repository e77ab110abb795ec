// Goal: every command line is about one home, for a reason that can be told. Method: tables.
import { assertEquals } from "@std/assert";
import { chooseHome, type Home, type HomeFacts } from "../../../mod/config/store/home.ts";
import type { Paths } from "../../../mod/config/store/paths.ts";

interface Case {
  readonly title: string;
  readonly os: string;
  readonly uid: number | null;
  readonly env: Readonly<Record<string, string>>;
  readonly configFile?: string;
  readonly isOwn?: boolean;
  readonly want: Partial<Paths>;
}

const CASES: readonly Case[] = [
  {
    title: "HTTPCFG_HOME puts everything below it, even for root",
    os: "linux",
    uid: 0,
    env: { HTTPCFG_HOME: "/tmp/h", XDG_CONFIG_HOME: "/x" },
    want: {
      config: "/tmp/h/config.json",
      run: "/tmp/h/run",
      log: "/tmp/h/log",
      history: "/tmp/h/history",
      certs: "/tmp/h/certs",
    },
  },
  {
    title: "an empty HTTPCFG_HOME is ignored",
    os: "linux",
    uid: 0,
    env: { HTTPCFG_HOME: "" },
    want: { config: "/etc/httpcfg/config.json", run: "/run/httpcfg", log: "/var/log/httpcfg" },
  },
  {
    title: "macOS has no /run, and empties /var/run",
    os: "darwin",
    uid: 0,
    env: {},
    want: { config: "/etc/httpcfg/config.json", run: "/var/db/httpcfg" },
  },
  {
    title: "a user without XDG variables",
    os: "linux",
    uid: 1000,
    env: { HOME: "/home/u" },
    want: {
      config: "/home/u/.config/httpcfg/config.json",
      run: "/home/u/.local/state/httpcfg/run",
      log: "/home/u/.local/state/httpcfg/log",
      history: "/home/u/.local/state/httpcfg/history",
      certs: "/home/u/.config/httpcfg/certs",
    },
  },
  {
    title: "a user with XDG variables",
    os: "linux",
    uid: 1000,
    env: {
      HOME: "/home/u",
      XDG_CONFIG_HOME: "/c",
      XDG_STATE_HOME: "/s",
      XDG_RUNTIME_DIR: "/run/user/1000",
    },
    want: {
      config: "/c/httpcfg/config.json",
      run: "/run/user/1000/httpcfg",
      log: "/s/httpcfg/log",
    },
  },
  {
    title: "Windows",
    os: "windows",
    uid: null,
    env: { ProgramData: "D:\\Data" },
    want: { config: "D:\\Data\\httpcfg\\config.json", run: "D:\\Data\\httpcfg\\run" },
  },
  {
    title: "Windows, and everything below a directory that is named with slashes",
    os: "windows",
    uid: null,
    env: { HTTPCFG_HOME: "D:/a b/home" },
    configFile: "D:/other.json",
    want: {
      config: "D:\\other.json",
      history: "D:\\other.json.history",
      certs: "D:\\a b\\home\\certs",
    },
  },
  {
    title: "--config moves only the document",
    os: "linux",
    uid: 0,
    env: { HTTPCFG_HOME: "/tmp/h" },
    configFile: "other.json",
    want: { config: "other.json", run: "/tmp/h/run" },
  },

  {
    title: "HTTPCFG_SYSTEM=1 gives any user the paths of the system",
    os: "linux",
    uid: 990,
    env: { HTTPCFG_SYSTEM: "1", HOME: "/var/lib/httpcfg" },
    want: { config: "/etc/httpcfg/config.json", history: "/var/lib/httpcfg/history" },
  },
  {
    title: "--user comes before root, HTTPCFG_HOME and HTTPCFG_SYSTEM",
    os: "linux",
    uid: 0,
    env: { HTTPCFG_SYSTEM: "1", HTTPCFG_HOME: "/tmp/h", HOME: "/root" },
    isOwn: true,
    want: {
      config: "/root/.config/httpcfg/config.json",
      run: "/root/.local/state/httpcfg/run",
    },
  },
  {
    title: "--config has a history of its own",
    os: "linux",
    uid: 1000,
    env: { HOME: "/home/u" },
    configFile: "/x.json",
    want: {
      config: "/x.json",
      history: "/x.json.history",
      log: "/home/u/.local/state/httpcfg/log",
    },
  },
];

/** A machine on which nothing is. */
const NOTHING: HomeFacts = {
  hasFile: () => false,
  isSameFile: (a, b) => a === b,
  isServing: () => Promise.resolve(false),
  isServed: () => Promise.resolve(false),
};

for (const { title, os, uid, env, configFile, isOwn = false, want } of CASES) {
  Deno.test(`chooseHome(): ${title}`, async () => {
    const context = { os, uid, env: (name: string): string | undefined => env[name] };
    const { paths } = await chooseHome(context, { configFile, isOwn }, NOTHING);
    for (const [name, path] of Object.entries(want)) {
      assertEquals(paths[name as keyof Paths], path, name);
    }
  });
}

/** What a user without flags and variables finds on the machine, and what is chosen. */
interface Found {
  readonly own: boolean | null;
  readonly system: boolean | null;
  readonly isServing?: boolean;
  readonly isServed?: boolean;
  readonly owner: Home["owner"];
  readonly why: RegExp;
}

const FOUND: readonly Found[] = [
  { own: false, system: false, owner: "user", why: /neither you nor the system/ },
  { own: true, system: true, isServed: true, owner: "user", why: /a document of your own/ },
  { own: false, system: true, owner: "system", why: /the system has a document/ },
  { own: false, system: null, owner: "system", why: /the system has a document/ },
  { own: false, system: false, isServed: true, owner: "system", why: /system service runs/ },
  { own: null, system: true, owner: "system", why: /the system has a document/ },
  { own: null, system: false, owner: "user", why: /neither/ },
  { own: false, system: true, isServing: true, owner: "user", why: /a service of your own/ },
  { own: false, system: false, isServing: true, owner: "user", why: /neither/ },
];

Deno.test("chooseHome() follows what is on the machine, and says what decided", async () => {
  const context = { os: "linux", uid: 1000, env: () => undefined };
  for (const { own, system, isServing = false, isServed = false, owner, why } of FOUND) {
    const facts: HomeFacts = {
      hasFile: (path) => path.startsWith("/etc/") ? system : own,
      isSameFile: (a, b) => a === b,
      isServing: () => Promise.resolve(isServing),
      isServed: () => Promise.resolve(isServed),
    };
    const home = await chooseHome(context, { configFile: undefined, isOwn: false }, facts);
    const line = JSON.stringify({ own, system, isServing, isServed });
    assertEquals([home.owner, why.test(home.why)], [owner, true], `${line}: ${home.why}`);
  }
});

Deno.test("chooseHome() looks at nothing for root, HTTPCFG_HOME and --user", async () => {
  const fail = (): never => {
    throw new Error("looked");
  };
  const facts: HomeFacts = { hasFile: fail, isSameFile: fail, isServing: fail, isServed: fail };
  const choose = async (uid: number, flags: object, env: Record<string, string> = {}) => {
    const context = { os: "linux", uid, env: (name: string): string | undefined => env[name] };
    return await chooseHome(context, { configFile: undefined, isOwn: false, ...flags }, facts);
  };
  assertEquals((await choose(0, {})).why, "you are root");
  assertEquals((await choose(1000, { isOwn: true })).isAskedFor, true);
  assertEquals((await choose(1000, {}, { HTTPCFG_HOME: "/h" })).isAskedFor, true);
  assertEquals((await choose(1000, {}, { HTTPCFG_SYSTEM: "1" })).owner, "system");
});

Deno.test("chooseHome() takes a document of a home, however it is named, for that of the home", async () => {
  const links: Readonly<Record<string, string>> = { "/link": "/etc/httpcfg/config.json" };
  const facts: HomeFacts = {
    hasFile: () => true,
    isSameFile: (a, b) => (links[a] ?? a) === (links[b] ?? b),
    isServing: () => Promise.resolve(false),
    isServed: () => Promise.resolve(false),
  };
  const choose = async (uid: number, configFile: string): Promise<string> => {
    const env = (name: string): string | undefined => name === "HOME" ? "/home/ada" : undefined;
    const { owner, paths } = await chooseHome(
      { os: "linux", uid, env },
      { configFile, isOwn: false },
      facts,
    );
    return `${owner} ${paths.history}`;
  };
  const system = "system /var/lib/httpcfg/history";
  assertEquals(await choose(0, "/etc/httpcfg/config.json"), system);
  assertEquals(await choose(1000, "/etc/httpcfg/config.json"), system);
  assertEquals(await choose(1000, "/link"), system);
  assertEquals(await choose(1000, "/tmp/x.json"), "user /tmp/x.json.history");
  assertEquals(
    await choose(1000, "/home/ada/.config/httpcfg/config.json"),
    "user /home/ada/.local/state/httpcfg/history",
  );
});
