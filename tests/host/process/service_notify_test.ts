import { assertEquals } from "@std/assert";
import { openNotifier, watchdogIntervalMs } from "../../../mod/host/process/service_notify.ts";

Deno.test("watchdogIntervalMs() is half of the manager's time-out for this process", () => {
  const cases: [usec: string | undefined, watched: string | undefined, want: number | null][] = [
    ["30000000", undefined, 15000],
    ["30000000", "7", 15000],
    ["30000000", "8", null],
    [undefined, undefined, null],
    ["0", undefined, null],
    ["1", undefined, 1],
    ["-5", undefined, null],
    ["1e9", undefined, null],
    ["", undefined, null],
  ];
  for (const [usec, watched, want] of cases) {
    assertEquals(watchdogIntervalMs(usec, watched, 7), want, `${usec} ${watched}`);
  }
});

Deno.test("openNotifier() does nothing without a manager, or with one that is gone", async () => {
  for (const socket of [undefined, "/nonexistent/notify", "@httpcfg-nobody"]) {
    const notifier = openNotifier((name) => name === "NOTIFY_SOCKET" ? socket : undefined);
    await notifier.ready("listening");
    notifier.close();
  }
});
