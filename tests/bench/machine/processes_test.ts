import { assert, assertEquals } from "@std/assert";
import {
  cpuOfThreads,
  cpuOfTree,
  parseCpu,
  parsePrivateBytes,
  privateBytes,
  treeOf,
} from "./processes.ts";

Deno.test("CPU time is that of the process and of its children that have ended", () => {
  const stat = "12 (a ) name) S 1 12 12 0 -1 4194560 500 600 0 0 150 50 30 20 20 0 4 0 100";
  assertEquals(parseCpu(stat), { own: 2, ended: 0.5 });
  assertEquals(parseCpu(""), { own: 0, ended: 0 }); // it has ended meanwhile
});

Deno.test("private memory is what no other process shares", () => {
  const rollup = "Rss: 100 kB\nShared_Clean: 40 kB\nPrivate_Clean:  10 kB\nPrivate_Dirty: 20 kB\n";
  assertEquals(parsePrivateBytes(rollup), 30 * 1024);
});

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test("a tree is a process and all below it; what has ended counts too", onLinux, async () => {
  const script = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
  const child = new Deno.Command("sh", {
    args: ["-c", `sh -c '${script}'; echo ready; sh -c 'read line; :'; :`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    while (treeOf(child.pid).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const { all, each } = cpuOfTree(child.pid);
    assertEquals(treeOf(child.pid), [...each.keys()]);
    assert(all > [...each.values()].reduce((sum, one) => sum + one, 0), "the loop has ended");
    assert(privateBytes(child.pid) > 0);
  } finally {
    await child.stdin.close();
    await child.status;
  }
  assertEquals(cpuOfTree(child.pid).all, 0);
});

Deno.test(
  "the CPU time of threads grows by what a thread does, below a tick too",
  onLinux,
  async () => {
    // A process of its own: of this one, the threads of other tests end meanwhile.
    const child = new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn();
    try {
      const start = cpuOfThreads(child.pid);
      let last = start;
      let steps = 0;
      while (last - start < 0.05) {
        const now = cpuOfThreads(child.pid);
        assert(now >= last);
        if (now > last) steps++;
        last = now;
      }
      assert(steps > 5, `${steps} steps`); // of ticks there are five
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  },
);
