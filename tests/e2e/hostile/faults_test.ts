// Story: a machine fails under the service. What was tried, what failed and what cures it is said,
// nothing is lost or half done, and what can be repaired is. Method: a mount namespace with a small
// file system as the home, and files that disappear or turn into something else.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program, type Result } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

/** Only root can mount. */
const CAN_MOUNT = Deno.uid() === 0 ? ["unshare", "mount"] : ["root"];

/** Starts with the helpers of the scripts below: `say` marks a part of the output. */
const PRELUDE = `
say() { echo "== $*"; }
run() { httpcfg "$@" 2>&1; echo "status $?"; }
serve() {
  httpcfg serve >"$HTTPCFG_HOME.err" 2>&1 & service=$!
  until grep -q 'istening on' "$HTTPCFG_HOME.err"; do
    if ! kill -0 $service 2>/dev/null; then cat "$HTTPCFG_HOME.err"; return 1; fi
    sleep 0.02
  done
}
ended() { wait $service; echo "ended $?"; }
fill() { head -c 100M /dev/zero >"$1/filler" 2>/dev/null; true; }
`;

/** Returns a program whose stored document has one site, on a free port of 127.0.0.2. */
async function withSite(program: Program): Promise<number> {
  const port = freePort();
  const document = {
    ipListen: ["127.0.0.2"],
    sites: [{
      id: 1,
      name: "one",
      bindings: [`:${port}:`],
      secureBindings: [],
      autoStart: true,
      content: { kind: "echo" },
    }],
    settings: { AddressWatchInterval: 100 },
  };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  return port;
}

/** Runs `script` in a mount namespace; returns its parts by what `say` called them. */
async function parts(program: Program, script: string): Promise<Map<string, string>> {
  const quoted = `${PRELUDE}${script}`.replaceAll("'", `'\\''`);
  const { out, err } = await program.shell(`unshare -m bash -c '${quoted}'`);
  assert(!`${out}${err}`.includes("internal error"), out);
  return new Map(
    out.split(/^== /m).slice(1).map((part): [string, string] => {
      const end = part.indexOf("\n");
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
}

testWith(CAN_MOUNT, "a full run directory: the start is refused, whatever is full", async () => {
  await using program = await Program.make();
  await withSite(program);
  const run = `${program.home}/run`;
  await Deno.mkdir(run);
  // Bytes for nothing, and files for less than the service needs.
  for (const limit of ["size=4k", "nr_inodes=1", "nr_inodes=2", "nr_inodes=3", "nr_inodes=5"]) {
    const found = await parts(
      program,
      `mount -t tmpfs -o ${limit} none ${run}
      [ ${limit} = size=4k ] && fill ${run}
      say serve; serve && kill $service; ended
      say left; cat ${run}/httpcfg.pid; ls -A ${run} | grep -v filler
      say start; run net start w3svc
      say status; run status`,
    );
    assertMatch(
      found.get("serve")!,
      /^error: Cannot .*: no space left on the file system\nhint: df -h \S*run; df -i \S*run\nended 1\n/m,
      limit,
    );
    assert(!/control|unconfirmed|[0-9]/.test(found.get("left")!), `${limit}: ${found.get("left")}`);
    assertMatch(found.get("start")!, /could not be started(.|\n)*no space left(.|\n)*\nstatus 2\n/);
    assertMatch(found.get("status")!, /^httpcfg is not running\.(.|\n)*\nstatus 1\n/);
  }
});

testWith(CAN_MOUNT, "a full disk at reload --confirm: nothing is applied or pending", async () => {
  await using program = await Program.make();
  await withSite(program);
  await Deno.mkdir(`${program.home}/run`);
  const found = await parts(
    program,
    `mount -t tmpfs -o size=64k none $HTTPCFG_HOME/run
    serve
    httpcfg set iplisten -i 127.0.0.3 >/dev/null 2>&1
    fill $HTTPCFG_HOME/run
    say full; run reload --confirm 60s
    say status; run status
    say files; ls -A $HTTPCFG_HOME/run
    rm $HTTPCFG_HOME/run/filler
    say room; run reload --confirm 60s; run confirm
    kill $service; say end; ended
    say stored; run query iplisten`,
  );
  assertMatch(
    found.get("full")!,
    /^error: Cannot store what to revert to in ".*": no space left on the file system\nhint: df .*\nstatus 1\n/,
  );
  assertStringIncludes(found.get("status")!, "Stored, not applied: 1 change");
  assert(!/Reverts at|127\.0\.0\.3/.test(found.get("status")!), found.get("status"));
  assert(!found.get("files")!.includes("unconfirmed"), found.get("files"));
  assertMatch(found.get("room")!, /^opened 127\.0\.0\.3:\d+\n(.|\n)*status 0\nstatus 0\n/);
  assertEquals(found.get("end"), "ended 0\n");
  assertStringIncludes(found.get("stored")!, "IP :127.0.0.3"); // the stored change is not lost
});

testWith(
  CAN_MOUNT,
  "a full disk when a change should revert: it is tried until there is room",
  async () => {
    await using program = await Program.make();
    await withSite(program);
    const small = `${program.home}/small`;
    const found = await parts(
      program,
      `mkdir ${small}; mount -t tmpfs -o size=200k none ${small}
    cp $HTTPCFG_HOME/config.json ${small}; export HTTPCFG_HOME=${small}
    serve
    httpcfg set iplisten -i 127.0.0.3 >/dev/null 2>&1
    httpcfg reload --confirm 1s >/dev/null
    fill ${small}
    until httpcfg status | grep -q 'Problem: the unconfirmed'; do sleep 0.1; done
    say full; run status; run query iplisten
    rm ${small}/filler
    until httpcfg status | grep -q 'list: 127.0.0.2$'; do sleep 0.1; done
    while httpcfg status | grep -q 'Problem'; do sleep 0.1; done # the log is written again later
    say room; run status; run query iplisten; run events
    kill $service; say end; ended`,
    );
    assertMatch(
      found.get("full")!,
      /Problem: the unconfirmed change cannot be reverted: Cannot write ".*": no space left on the file system\nhint: df -h/,
    );
    assertStringIncludes(found.get("full")!, "IP :127.0.0.3");
    assert(!/Problem|127\.0\.0\.3/.test(found.get("room")!.split("Sites:")[0]!), found.get("room"));
    assertMatch(
      found.get("room")!,
      /httpcfg 3 warning: The configuration was not confirmed in time/,
    );
    assertEquals(found.get("end"), "ended 0\n");
  },
);

testWith(
  CAN_MOUNT,
  "a full disk: every command that writes says so, and leaves what was there",
  async () => {
    await using program = await Program.make();
    await Deno.mkdir(`${program.home}/small`);
    const lines = [
      "set iplisten -i 127.0.0.3",
      "delete iplisten -i 127.0.0.2",
      "netsh http add iplisten ipaddress=127.0.0.3",
      "adsutil set w3svc/ConnectionTimeout 60",
      "config profile strict",
      "rollback 1",
      "site add two --bind :8081: --respond hello",
      "config export $HTTPCFG_HOME/old.json",
      "config export $HTTPCFG_HOME/new.json",
    ];
    const found = await parts(
      program,
      `export HTTPCFG_HOME=${program.home}/small
    mount -t tmpfs -o size=64k none $HTTPCFG_HOME
    httpcfg set iplisten -i 127.0.0.2 >/dev/null 2>&1
    echo whole >$HTTPCFG_HOME/old.json
    cp -a $HTTPCFG_HOME /tmp/before.$$; fill $HTTPCFG_HOME
    ${lines.map((line) => `say ${line.replace("$HTTPCFG_HOME/", "")}; run ${line}`).join("\n")}
    rm $HTTPCFG_HOME/filler
    say left; diff -r /tmp/before.$$ $HTTPCFG_HOME && echo same
    rm -r /tmp/before.$$`,
    );
    for (const line of lines) {
      const result = found.get(line.replace("$HTTPCFG_HOME/", ""))!;
      assertMatch(result, /^error: Cannot .* "\S+": no space left on the file system$/m, line);
      assertMatch(result, /^hint: df -h \S+; df -i \S+$/m, line);
      assertMatch(result, /\nstatus [12]\n$/, line);
    }
    assertEquals(found.get("left"), "same\n");
  },
);

testWith(
  CAN_MOUNT,
  "a read-only file system: the service goes on and ends, no change is half done",
  async () => {
    await using program = await Program.make();
    const port = await withSite(program);
    const small = `${program.home}/small`;
    const found = await parts(
      program,
      `mkdir ${small}
    cp $HTTPCFG_HOME/config.json ${small}; export HTTPCFG_HOME=${small}
    serve
    # What is opened from now on is on a read-only file system, as after an error of the disk.
    mount --bind ${small} ${small}; mount -o remount,ro,bind ${small}
    say set; run set iplisten -i 127.0.0.3
    say confirm; run reload --confirm 60s
    say reload; run reload
    say get; curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.2:${port}/
    say status; run status
    kill $service; say end; ended`,
    );
    assertMatch(
      found.get("set")!,
      /error: Cannot write ".*": read-only file system\nhint: findmnt -T /,
    );
    assertMatch(
      found.get("confirm")!,
      /error: Cannot apply a change that reverts: .*: read-only file system\nhint: fi/,
    );
    assertMatch(found.get("reload")!, /status 0\n$/);
    assertEquals(found.get("get"), "200\n");
    assertMatch(found.get("status")!, /^httpcfg is running/);
    assert(!found.get("status")!.includes("Reverts"), found.get("status"));
    assertEquals(found.get("end"), "ended 0\n");
  },
);

/** What can happen to the files of a running service. */
interface Accident {
  readonly what: string;
  /** A line of bash in the home. */
  readonly accident: string;
  /** What `status` or `events` says when the service has noticed it. */
  readonly says: RegExp;
  /** Whether `status` reaches the service. */
  readonly reached: boolean;
  /** What cures it; without it the service has. */
  readonly cure?: string;
}

const ACCIDENTS: readonly Accident[] = [
  {
    what: "the control socket is deleted",
    accident: "rm run/control.sock",
    says: /httpcfg 30 warning: The control socket in the run directory was gone/,
    reached: true,
  },
  {
    what: "the control socket is a file",
    accident: "rm run/control.sock; echo x >run/control.sock",
    says:
      /which runs as process \d+: its control socket ".*" is no socket\nhint: rm -r \S+; kill -HUP/,
    reached: false,
    cure: "hint",
  },
  {
    what: "the control socket is of a process that has ended",
    accident: `rm run/control.sock
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("run/control.sock")'`,
    says: /httpcfg 30 warning: The control socket in the run directory was gone/,
    reached: true,
  },
  {
    what: "the process file is deleted",
    accident: "rm run/httpcfg.pid",
    says: /httpcfg 30 warning: The process file in the run directory was gone/,
    reached: true,
  },
  {
    what: "the socket for programs is deleted",
    accident: "rm run/sharing/register.sock",
    says: /httpcfg 30 warning: The socket for programs in the run directory was gone/,
    reached: true,
  },
  {
    what: "the run directory is deleted",
    accident: "rm -r run",
    says: /httpcfg 30 warning: The process file in the run directory was gone/,
    reached: true,
  },
  {
    what: "the whole home is deleted",
    accident: "rm -r run log config.json history 2>/dev/null; true",
    says:
      /cannot be used: Cannot use ".*config.json": it was removed; what is in force is not stored/,
    reached: true,
    cure: "cp saved.json config.json",
  },
  {
    what: "the document is deleted",
    accident: "rm config.json",
    says:
      /config.json": it was removed; what is in force is not stored\nhint: httpcfg (?:history|rollback [0-9]+)/,
    reached: true,
    cure: "cp saved.json config.json",
  },
  {
    what: "the document is garbage",
    accident: "echo '{' >config.json",
    says: /The stored document cannot be used: Cannot read ".*": the text ends too early/,
    reached: true,
    cure: "cp saved.json config.json",
  },
  {
    what: "the document is too large",
    accident: "truncate -s 65M config.json",
    says:
      /The stored document cannot be used: Cannot read ".*": too large \(68,157,440 bytes, limit/,
    reached: true,
    cure: "cp saved.json config.json",
  },
  {
    what: "the document is a directory",
    accident: "rm config.json; mkdir config.json",
    says: /The stored document cannot be used: Cannot read ".*": is a directory\nhint: ls -ld/,
    reached: true,
    cure: "rmdir config.json; cp saved.json config.json",
  },
  {
    what: "the document is a named pipe",
    accident: "rm config.json; mkfifo config.json",
    says: /The stored document cannot be used: Cannot use ".*": not a regular file\nhint: ls -ld/,
    reached: true,
    cure: "rm config.json; cp saved.json config.json",
  },
  {
    what: "the log directory is a file",
    accident: "rm -r log; echo x >log",
    says:
      /Problem: Cannot write the log in ".*\/log": part of the path is not a directory\nhint: ls/,
    reached: true,
    cure: "rm log",
  },
  {
    what: "the log files are deleted",
    accident: "rm -r log/*",
    says: /httpcfg is running/,
    reached: true,
  },
];

for (const { what, accident, says, reached, cure } of ACCIDENTS) {
  testWith(["python3", "curl"], `while the service runs, ${what}`, async () => {
    await using program = await Program.make();
    const port = await withSite(program);
    const { home } = program;
    await Deno.copyFile(program.config, `${home}/saved.json`);
    const served = await program.serve();
    const request = async (): Promise<number> => {
      const response = await fetch(`http://127.0.0.2:${port}/`);
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await request(), 200);
    const happen = (line: string): Promise<Result> => program.shell(`cd ${home}; ${line}`);
    await happen(accident);
    let seen = "";
    let result = await program.run("status");
    await waitFor(async () => {
      assertEquals(await request(), 200); // what is served does not depend on it
      result = await program.run("status");
      seen = `${result.out}${result.err}${(await program.run("events")).out}`;
      return says.test(seen) && result.status === (reached ? 0 : 1);
    }, `${says} in what is said`).catch((error) => {
      throw new Error(`${error.message}:\n${seen}`);
    });
    assert(!/internal error|^ {4}at /m.test(seen + served.stderr()), seen + served.stderr());

    // A second service cannot start in the same home, and a change is all or nothing.
    const second = await program.run("net start w3svc");
    assert(
      /already been started|Cannot reach the service/.test(second.out + second.err),
      second.err,
    );
    if (cure === "hint") await happen(/^hint: (.*)$/m.exec(result.err)![1]!);
    else if (cure !== undefined) await happen(cure);
    await waitFor(async () => {
      const { out, status } = await program.run("status");
      return status === 0 && !/Problem|cannot be used/.test(out);
    }, "the cure");
    assertEquals((await program.run("reload")).status, 0);
    assertEquals(await request(), 200);
    served.signal("SIGTERM");
    assertEquals(await served.ended, 0);
    const left = [...Deno.readDirSync(`${home}/run`)].map(({ name }) => name).sort();
    assertEquals(left, ["httpcfg.pid", "sharing"]);
    assertEquals(await Deno.readTextFile(`${home}/run/httpcfg.pid`), "");
  });
}

/** Files that are there before the start, or before a command. */
const OBSTACLES: readonly (readonly [what: string, make: string, line: string, says: RegExp])[] = [
  [
    "a document that is a pipe",
    "mkfifo config.json",
    "serve",
    /config.json": not a regular file\n/,
  ],
  ["a document that is a pipe", "mkfifo config.json", "query iplisten", /not a regular file\nhint/],
  [
    "a lock that is a pipe",
    "mkfifo config.json.lock",
    "set iplisten -i 127.0.0.2",
    /Cannot use ".*config.json.lock": not a regular file\nhint: ls -ld /,
  ],
  [
    "a process file that is a pipe",
    "mkdir run; mkfifo run/httpcfg.pid",
    "serve",
    /Cannot use ".*httpcfg.pid": not a regular file\nhint: ls -ld /,
  ],
  [
    "a pending change that is garbage",
    "mkdir run; echo x >run/unconfirmed.json",
    "serve",
    /Cannot revert the unconfirmed change: ".*" cannot be read\nhint: rm /,
  ],
  [
    "a pending change that is a pipe",
    "mkdir run; mkfifo run/unconfirmed.json",
    "serve",
    /Cannot revert the unconfirmed change: ".*" cannot be read\nhint: rm /,
  ],
  [
    "a run directory that is a file",
    "echo x >run",
    "serve",
    /Cannot start httpcfg in ".*run": part of the path is not a directory\nhint: ls -ld /,
  ],
  [
    "a control socket that is a file",
    "mkdir run; echo x >run/control.sock",
    "serve",
    /Cannot open the socket ".*": a file that is no socket is there\nhint: rm -r /,
  ],
  [
    "a history that is a file",
    "echo x >history",
    "set iplisten -i 127.0.0.2",
    /Cannot write the history in ".*": part of the path is not a directory\nhint: ls -ld /,
  ],
];

for (const [what, make, line, says] of OBSTACLES) {
  Deno.test(`${line} with ${what}: an error with a hint, nothing changed`, ON_POSIX, async () => {
    await using program = await Program.make();
    await program.shell(`cd ${program.home}; ${make}`);
    const before = await namesBelow(program.home);
    const { status, err } = await program.run(line);
    const after = await namesBelow(program.home);
    await Deno.remove(`${program.home}/run`, { recursive: true }).catch(() => {}); // pipes in it
    assertEquals(status, 1, err);
    assertMatch(err, says);
    assert(!err.includes("    at "), err);
    assertEquals(after, before);
  });
}

/** Returns the names of all files in the home, without what a start makes anyway. */
async function namesBelow(home: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("find", { args: [home] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((name) => {
    return !/\/(run|log)$|\/sharing|\/log\/|httpcfg.pid$|config.json.lock$/.test(name);
  }).sort();
}

Deno.test(
  "a damaged history: the rest is listed, and the next change can be undone",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    for (const i of [2, 3, 4]) await program.do(`set iplisten -i 127.0.0.${i}`);
    const file = `${program.home}/history/000001.jsonl`;
    const lines = (await Deno.readTextFile(file)).split("\n");
    await Deno.writeTextFile(file, lines.with(2, "{").join("\n"));

    const listed = await program.run("history");
    assertEquals(listed.status, 1);
    assertMatch(listed.out, /^2 .*\n?$/m);
    assertMatch(
      listed.err,
      /^warning: ".*000001.jsonl" is damaged \(line 3: not a version in JSON, and 1 more lines\)\nhint: mv /m,
    );
    const shown = await program.run("history show 3");
    assertEquals([shown.status, shown.out], [1, ""]);
    assertMatch(shown.err, /Cannot read version 3 of the document: ".*" is damaged \(line 3: /);
    const set = await program.do("set iplisten -i 127.0.0.5");
    assertMatch(set.err, /^warning: ".*000001.jsonl" is damaged/);
    assertEquals((await program.run("history diff 6")).out, '+ ipListen: "127.0.0.5"\n');
    const diff = await program.run("history diff 5");
    assertEquals(diff.status, 1);
    assertMatch(diff.err, /version 4 cannot be read\nhint: httpcfg history diff 2 5\n/);
    assertMatch((await program.run("history diff 2 5")).out, /\+ ipListen: "127.0.0.4"/);
    assertEquals((await program.do("rollback 2")).out.split("\n").length, 4);
    assertEquals((await program.do("query iplisten")).out, "IP :127.0.0.2\n");
    // The hint ends the warning.
    await program.shell(/^hint: (.*)$/m.exec(listed.err)![1]!);
    assertEquals((await program.run("history")).status, 0);
  },
);
