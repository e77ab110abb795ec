// Goal: every layout of net.exe, byte for byte. Method: no process, no service.
import { assertEquals } from "@std/assert";
import * as net from "../../../../mod/cli/tools/net/messages.ts";

const WEB = "World Wide Web Publishing Service";

Deno.test("the layouts equal captures of net.exe", () => {
  const cases: [name: string, got: string, want: string][] = [
    [
      "start",
      net.netStarting(WEB) + net.netStarted(WEB),
      `The ${WEB} service is starting.\nThe ${WEB} service was started successfully.\n\n`,
    ],
    [
      "stop",
      net.netStopping("HTTP SSL") + net.netStopped("HTTP SSL"),
      "The HTTP SSL service is stopping.\nThe HTTP SSL service was stopped successfully.\n\n",
    ],
    [
      "dependents",
      net.netDependents("HTTP", [WEB, "HTTP SSL"]),
      "The following services are dependent on the HTTP service.\n" +
      "Stopping the HTTP service will also stop these services.\n" +
      `\n   ${WEB}\n   HTTP SSL\n\n`,
    ],
    [
      "already started",
      net.netError(net.NET.ALREADY_STARTED),
      "The requested service has already been started.\n\n" +
      "More help is available by typing NET HELPMSG 2182.\n\n",
    ],
    [
      "not started",
      net.netError(net.NET.NOT_STARTED, WEB),
      `The ${WEB} service is not started.\n\n` +
      "More help is available by typing NET HELPMSG 3521.\n\n",
    ],
    [
      "system error",
      net.netSystemError(1060),
      "System error 1060 has occurred.\n\n" +
      "The specified service does not exist as an installed service.\n\n",
    ],
    [
      "list",
      net.netStartedList(["HTTP SSL", WEB]),
      `These services are started:\n\n   HTTP SSL\n   ${WEB}\n\n` +
      "The command completed successfully.\n\n",
    ],
    [
      "start failed",
      net.netStarting("HTTP SSL") + net.netNotStarted("HTTP SSL") + net.netStartReason(null),
      "The HTTP SSL service is starting.\nThe HTTP SSL service could not be started.\n\n" +
      "The service did not report an error.\n\n" +
      "More help is available by typing NET HELPMSG 3534.\n\n",
    ],
    [
      "start failed with a code",
      net.netStartReason(1068),
      "System error 1068 has occurred.\n\nThe dependency service or group failed to start.\n\n",
    ],
    [
      "unknown option",
      net.netUnknownOption("start", "/FOO"),
      "The option /FOO is unknown.\n\nThe syntax of this command is:\n\nNET START\n[service]\n\n" +
      "More help is available by typing NET HELPMSG 3506.\n\n",
    ],
    ["paused", net.netPaused(WEB), `The ${WEB} service was paused successfully.\n\n`],
    ["continued", net.netContinued(WEB), `The ${WEB} service was continued successfully.\n\n`],
  ];
  for (const [name, got, want] of cases) assertEquals(got, want, name);
});

Deno.test("netHelpMessage() has both tables and nothing else", () => {
  const cases: [text: string, want: string | null][] = [
    ["2182", "\nThe requested service has already been started.\n\n"],
    ["3521", "\nThe *** service is not started.\n\n"],
    ["5", "\nAccess is denied.\n\n"],
    ["99999", null],
    ["", null],
    ["0x5", null],
    ["-1", null],
  ];
  for (const [text, want] of cases) assertEquals(net.netHelpMessage(text), want, text);
});
