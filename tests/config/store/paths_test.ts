// Goal: the usual paths of each platform, or one directory if HTTPCFG_HOME is set. Method: a table.
import { assertEquals } from "@std/assert";
import { type Paths, resolvePaths } from "../../../mod/config/store/paths.ts";

interface Case {
  readonly title: string;
  readonly os: string;
  readonly uid: number | null;
  readonly env: Readonly<Record<string, string>>;
  readonly configFile?: string;
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
    title: "macOS has no /run",
    os: "darwin",
    uid: 0,
    env: {},
    want: { config: "/etc/httpcfg/config.json", run: "/var/run/httpcfg" },
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
    want: { config: "D:\\Data\\httpcfg/config.json", run: "D:\\Data\\httpcfg/run" },
  },
  {
    title: "--config moves only the document",
    os: "linux",
    uid: 0,
    env: { HTTPCFG_HOME: "/tmp/h" },
    configFile: "other.json",
    want: { config: "other.json", run: "/tmp/h/run" },
  },
];

for (const { title, os, uid, env, configFile, want } of CASES) {
  Deno.test(`resolvePaths(): ${title}`, () => {
    const paths = resolvePaths({ os, uid, env: (name) => env[name] }, configFile);
    for (const [name, path] of Object.entries(want)) {
      assertEquals(paths[name as keyof Paths], path, name);
    }
  });
}
