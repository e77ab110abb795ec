/**
 * A local user who owns a served directory, against the real program: another process renames,
 * links, truncates and makes pipes in it while it is served, to see what only the service may read.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SiteRecord } from "../../../mod/config/document/document.ts";
import { folderContent } from "../../../mod/config/document/site_content.ts";
import { freePort } from "../../support/ports.ts";
import { kill, Program } from "../../support/program.ts";
import { rawConnect } from "../../support/raw_client.ts";

/** Milliseconds of requests. */
const RACE_MS = 30_000;
/** Milliseconds in which any request is answered or ended. */
const REQUEST_MS = 20_000;
const LARGE_BYTES = 1024 * 1024;
const NOBODY = 65534;
const SECRET = "SECRET KEY!";
/** As long as the secret, and of the same time: the attacker can set both. */
const PUBLIC = "public page";
const TIME = 1_700_000_000;

/**
 * Exchanges every name of the directory in turn; if it is patient, after pauses so long that nothing
 * looks changed when a request begins.
 */
const ATTACK = `
use strict; use POSIX qw(mkfifo); use Time::HiRes qw(sleep);
my ($www, $private, $public, $is_patient, $moves_root) = @ARGV;
chdir $www or die "chdir: $!";
sub gap { if (rand() < 0.5) { sleep(rand() * 0.0004) } }
sub fresh { open(my $f, ">", $_[0]) or return; print $f $public; close $f; utime ${TIME}, ${TIME}, $_[0]; }
sub folder {
  my ($name, $target) = @_;
  rename $name, "$name.own"; symlink $target, $name; gap(); unlink $name; rename "$name.own", $name; gap();
}
my @letters = ("a" .. "z");
for (my $round = 0; ; $round++) {
  sleep(1.0 + rand() * 0.8) if $is_patient;
  folder("folder", $private);
  folder("deep/below", "$private/below");
  folder("indexed", $private);
  folder("../www", $private) if $moves_root;
  for my $name ("page.html", "page.html.gz", "folder/page.html") {
    symlink "$private/page.html", "new.link"; rename "new.link", $name; gap();
    fresh("new.file"); rename "new.file", $name; gap();
    link "$private/page.html", "new.hard" and rename "new.hard", $name;
    mkfifo("new.pipe", 0644); rename "new.pipe", $name; gap();
    fresh("new.file"); rename "new.file", $name; gap();
  }
  next if $round % 20;
  open(my $large, ">", "new.large"); print $large $letters[rand 26] x ${LARGE_BYTES}; close $large;
  truncate "large", rand ${LARGE_BYTES}; gap(); rename "new.large", "large";
  for my $i (1 .. 40) { mkfifo("pipe$i", 0644) }
}
`;

interface AttackedSite {
  readonly name: string;
  /** Who may write in its directories: their owner, or everyone. */
  readonly isOpen: boolean;
  readonly isPatient: boolean;
  /** The directory itself is exchanged, too: its parent is like the others. */
  readonly movesRoot: boolean;
}

const SITES: readonly AttackedSite[] = [
  { name: "own", isOpen: false, isPatient: false, movesRoot: false },
  { name: "own-root", isOpen: false, isPatient: true, movesRoot: true },
  { name: "open", isOpen: true, isPatient: false, movesRoot: false },
  { name: "patient", isOpen: true, isPatient: true, movesRoot: false },
];

Deno.test({
  name: "file races: who owns a served directory sees no other file, and keeps none from others",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn: async () => {
    await using program = await Program.make();
    const { home } = program;
    await makeSecrets(home);
    for (const site of SITES) await makeSite(`${home}/user/${site.name}`, site.isOpen);
    const names = [...SITES.map(({ name }) => name), "spared"];
    const port = freePort();
    await Deno.writeTextFile(program.config, documentOf(home, names, port));
    const service = await program.serve();
    assertEquals(service.hasEnded(), false, service.stderr());
    const attackers = SITES.map((site) => attack(home, site));
    const seen = new Seen();
    let answers = 0;
    try {
      let isOver = false;
      setTimeout(() => isOver = true, RACE_MS);
      const clients = SITES.flatMap(({ name }) =>
        CLIENTS.map(async (paths) => {
          for (let i = 0; !isOver; i++) {
            await requestAttacked(name, port, paths[i % paths.length]!, seen);
          }
        })
      );
      const spared = async (): Promise<void> => {
        for (; !isOver; answers++) {
          // Never the same path twice in a row, so that each needs the disk.
          const response = await get("spared", port, `${"/".repeat(1 + answers % 50)}page.html`);
          assertEquals([response.status, response.text], [200, "other"]);
        }
      };
      await Promise.all([...clients, spared()]);
    } finally {
      for (const attacker of attackers) kill(attacker, "SIGKILL");
      await Promise.all(attackers.map((attacker) => attacker.status));
    }
    assert(answers > 20, `${answers} answers of the other site`);
    // The attacker has tried, and has been noticed.
    for (const status of ["200", "403", "503", "cut"]) assert(seen.counts[status]! > 0, status);
    service.signal("SIGTERM");
    assertEquals(await service.ended, 0);
    assertEquals(service.stderr().includes("    at "), false, service.stderr()); // no stack traces
    const errors = await logText(`${home}/log/HTTPERR`);
    assertMatch(errors, / 503 [0-9]+ FileChanged /);
    assertMatch(errors, / - [0-9]+ FileChanged /); // while it was sent
  },
});

function attack(home: string, { name, isPatient, movesRoot }: AttackedSite): Deno.ChildProcess {
  const flags = [isPatient, movesRoot].map((flag) => flag ? "1" : "");
  return new Deno.Command("perl", {
    args: ["-e", ATTACK, `${home}/user/${name}/www`, `${home}/private`, PUBLIC, ...flags],
    uid: NOBODY,
    gid: NOBODY,
    stdin: "null",
  }).spawn();
}

/** How often each status was seen; "cut" is a connection that was ended within a response. */
class Seen {
  readonly counts: Record<string, number> = {};

  add(status: string): void {
    this.counts[status] = (this.counts[status] ?? 0) + 1;
  }
}

/**
 * The paths that each client requests in turn. One with two slashes is not cached: each request
 * looks the file up.
 */
const CLIENTS: readonly (readonly string[])[] = [
  ["/page.html"],
  ["//page.html"],
  ["//folder/page.html"],
  ["//folder/page.html"],
  ["//deep/below/page.html"],
  ["//deep/below/page.html"],
  ["//indexed/"],
  ["//folder/"],
  ["//"],
  ["//large"],
  Array.from({ length: 40 }, (_, i) => `/pipe${i + 1}`),
];

async function requestAttacked(
  site: string,
  port: number,
  path: string,
  seen: Seen,
): Promise<void> {
  const { status, text, length } = await get(site, port, path);
  assertEquals(/SECRET|private-name/.test(text), false, `${site} ${path}: ${text}`);
  const isCut = text.length !== length;
  seen.add(isCut ? "cut" : `${status}`);
  if (isCut) assertEquals(path, "//large");
  if (path === "//large" && status === 200) {
    assertEquals(text.replaceAll(text.charAt(0), ""), "", "bytes of two files");
  }
}

interface Received {
  readonly status: number;
  readonly text: string;
  /** The length that the response declares. */
  readonly length: number;
}

/** Requests `path` on a connection of its own. */
async function get(site: string, port: number, path: string): Promise<Received> {
  const client = await rawConnect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => client.reset(), REQUEST_MS);
  await client.send(`GET ${path} HTTP/1.1\r\nHost: ${site}\r\nConnection: close\r\n\r\n`);
  await client.closed;
  clearTimeout(timer);
  client.close();
  const { received } = client;
  const end = received.indexOf("\r\n\r\n") + 4;
  const text = received.slice(end);
  const length = /\r\nContent-Length: ([0-9]+)\r\n/i.exec(received.slice(0, end));
  return {
    status: Number(received.slice(9, 12)),
    text,
    length: length === null ? text.length : Number(length[1]),
  };
}

function documentOf(home: string, names: readonly string[], port: number): string {
  const sites = names.map((name, i): SiteRecord => ({
    id: i + 1,
    name,
    bindings: [`127.0.0.1:${port}:${name}`],
    secureBindings: [],
    autoStart: true,
    content: folderContent(
      name === "spared" ? `${home}/spared` : `${home}/user/${name}/www`,
      true,
    ),
  }));
  return JSON.stringify({
    version: 2,
    ipListen: ["127.0.0.1"],
    ssl: [],
    urlAcl: [],
    metabase: {},
    settings: { ShutdownGraceTimeout: 5 },
    sites,
  });
}

async function makeSecrets(home: string): Promise<void> {
  await Deno.mkdir(`${home}/private/below`, { recursive: true });
  for (const name of ["page.html", "index.html", "below/page.html", "private-name", "large"]) {
    await makeFile(`${home}/private/${name}`, SECRET);
    await Deno.chmod(`${home}/private/${name}`, 0o600);
  }
  await Deno.chmod(`${home}/private`, 0o700);
  await Deno.mkdir(`${home}/spared`);
  await makeFile(`${home}/spared/page.html`, "other");
}

async function makeSite(folder: string, isOpen: boolean): Promise<void> {
  for (const name of ["folder", "deep/below", "indexed"]) {
    await Deno.mkdir(`${folder}/www/${name}`, { recursive: true });
  }
  const names = ["page.html", "folder/page.html", "deep/below/page.html", "indexed/index.html"];
  for (const name of names) await makeFile(`${folder}/www/${name}`, PUBLIC);
  await makeFile(`${folder}/www/large`, "A".repeat(LARGE_BYTES));
  const mode = `u=rwX,go=${isOpen ? "rwX" : "rX"}`;
  await new Deno.Command("chmod", { args: ["-R", mode, folder] }).output();
  await new Deno.Command("chown", { args: ["-R", `${NOBODY}:${NOBODY}`, folder] }).output();
}

async function makeFile(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  await Deno.utime(path, TIME, TIME);
}

async function logText(folder: string): Promise<string> {
  let text = "";
  for await (const { name } of Deno.readDir(folder)) {
    text += await Deno.readTextFile(`${folder}/${name}`);
  }
  return text;
}
