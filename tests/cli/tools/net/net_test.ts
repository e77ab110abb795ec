// Goal: the texts and exit statuses of net.exe, in every state of the service. Method: a fake one.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ControlRequest } from "../../../../mod/host/control/control_protocol.ts";
import { commandHome, serviceStatus } from "../../../support/command_home.ts";

const RUNNING = serviceStatus({
  HTTP: "running",
  HTTPFilter: "running",
  IISADMIN: "running",
  W3SVC: "running",
});

Deno.test("net start lists the started services, without HTTP", async () => {
  await using home = await commandHome();
  const none = "These services are started:\n\n\nThe command completed successfully.\n\n";
  assertEquals(await home.run("net start"), { status: 0, out: none, note: "" });
  await home.serve(() => Promise.resolve(RUNNING));
  assertEquals(
    (await home.run("net start")).out,
    `These services are started:

   HTTP SSL
   IIS Admin Service
   World Wide Web Publishing Service

The command completed successfully.

`,
  );
  assertEquals(
    (await home.run("net start --format csv")).out,
    "name,display\nHTTPFilter,HTTP SSL\nIISADMIN,IIS Admin Service\n" +
      "W3SVC,World Wide Web Publishing Service\n",
  );
});

Deno.test("net start SERVICE starts it through the running service, and says so", async () => {
  await using home = await commandHome();
  const received: ControlRequest[] = [];
  await home.serve((request) => {
    received.push(request);
    return Promise.resolve(request.op === "status" ? serviceStatus({}) : RUNNING);
  });
  const ran = await home.run("NET START w3svc");
  assertEquals(ran, {
    status: 0,
    out: "The World Wide Web Publishing Service service is starting.\n" +
      "The World Wide Web Publishing Service service was started successfully.\n\n",
    note: "",
  });
  assertEquals(received.at(-1)?.op, "start");
});

Deno.test("net start w3svc names the sites that did not start", async () => {
  await using home = await commandHome();
  const sites = [
    { id: 1, name: "good", state: "started", reason: null, bindings: [] },
    { id: 2, name: "bad", state: "stopped", reason: "its address is not listed", bindings: [] },
  ] as const;
  await home.serve((request) => {
    return Promise.resolve(request.op === "status" ? serviceStatus({}) : { ...RUNNING, sites });
  });
  const { status, note } = await home.run("net start w3svc");
  assertEquals([status, note], [2, 'Site "bad" did not start: its address is not listed\n']);
});

Deno.test("net start SERVICE that fails prints the old text, and adds the reason", async () => {
  await using home = await commandHome();
  await home.serve((request) => {
    if (request.op === "status") return Promise.resolve(serviceStatus({}));
    return Promise.reject(new Error('Cannot listen on "10.0.0.1:80": it is taken'));
  });
  const { status, out, note } = await home.run("net start 'HTTP SSL'");
  assertEquals(
    out,
    "The HTTP SSL service is starting.\nThe HTTP SSL service could not be started.\n\n",
  );
  assertStringIncludes(note, "The service did not report an error.\n\n");
  assertStringIncludes(note, "More help is available by typing NET HELPMSG 3534.\n");
  assertStringIncludes(note, 'error: Cannot listen on "10.0.0.1:80": it is taken\n');
  assertEquals(status === 0, false);
});

Deno.test("net start and stop refuse with the texts of net.exe", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(serviceStatus({ HTTP: "running" })));
  const cases: [line: string, status: number, note: string][] = [
    [
      "start nonsense",
      2,
      "The service name is invalid.\n\nMore help is available by typing NET HELPMSG 2185.\n\n",
    ],
    [
      "stop nonsense",
      2,
      "The service name is invalid.\n\nMore help is available by typing NET HELPMSG 2185.\n\n",
    ],
    [
      "start http",
      2,
      "The requested service has already been started.\n\nMore help is available by typing NET HELPMSG 2182.\n\n",
    ],
    [
      "stop w3svc",
      2,
      "The World Wide Web Publishing Service service is not started.\n\nMore help is available by typing NET HELPMSG 3521.\n\n",
    ],
    ["stop", 1, "The syntax of this command is:\n\nNET STOP\nservice [/Y]\n\n"],
    ["start http /q", 1, "The option /q is unknown."],
    ["stop http /z", 1, "The option /z is unknown."],
  ];
  for (const [line, status, note] of cases) {
    const ran = await home.run(`net ${line}`);
    assertEquals([ran.status, ran.out], [status, ""], line);
    assertStringIncludes(ran.note, note, line);
  }
});

Deno.test("net start and stop of a service between two states say that it is busy", async () => {
  for (const state of ["starting", "stopping", "pausing"] as const) {
    await using home = await commandHome();
    await home.serve(() => Promise.resolve(serviceStatus({ W3SVC: state })));
    for (const verb of ["start", "stop"]) {
      const { status, out, note } = await home.run(`net ${verb} w3svc`);
      assertEquals([status, out], [2, ""], `${verb} while ${state}`);
      assertStringIncludes(note, "The service is starting or stopping.  Please try again later.\n");
    }
  }
});

Deno.test("net stop says that a service is not started if none is running", async () => {
  await using home = await commandHome();
  const { status, note } = await home.run("net stop http /y");
  assertEquals(status, 2);
  assertStringIncludes(note, "The HTTP service is not started.\n");
});

Deno.test("net stop http /y stops dependents first, each with its lines", async () => {
  await using home = await commandHome();
  await home.serve((request, report) => {
    if (request.op === "stop") {
      for (const service of ["W3SVC", "HTTPFilter", "HTTP"] as const) {
        report({ kind: "step", service, state: "stopping" });
        report({ kind: "step", service, state: "stopped" });
      }
    }
    return Promise.resolve(RUNNING);
  });
  const want = `The following services are dependent on the HTTP service.
Stopping the HTTP service will also stop these services.

   World Wide Web Publishing Service
   HTTP SSL

The World Wide Web Publishing Service service is stopping.
The World Wide Web Publishing Service service was stopped successfully.

The HTTP SSL service is stopping.
The HTTP SSL service was stopped successfully.

The HTTP service is stopping.
The HTTP service was stopped successfully.

`;
  for (const yes of ["/y", "/Y", "-y", "/yes"]) {
    assertEquals(await home.run(`net stop http ${yes}`), { status: 0, out: want, note: "" });
  }
});

Deno.test("net stop asks about dependents, and continues only after a yes", async () => {
  await using home = await commandHome();
  const received: string[] = [];
  await home.serve((request) => {
    received.push(request.op);
    return Promise.resolve(RUNNING);
  });
  const question = "Do you want to continue this operation? (Y/N) [N]: ";
  const cases: [answer: string, status: number, continues: boolean][] = [
    ["y", 0, true],
    ["Yes", 0, true],
    ["n", 2, false],
    ["", 2, false],
    ["yesterday", 2, false],
  ];
  for (const [answer, status, continues] of cases) {
    received.length = 0;
    const ran = await home.run("net stop http", { answer });
    assertEquals([ran.status, received.includes("stop")], [status, continues], answer);
    assertStringIncludes(ran.out, question);
  }
  received.length = 0;
  const alone = await home.run("net stop http");
  assertEquals([alone.status, alone.note], [
    2,
    "No valid response was provided.\n\nhint: httpcfg net stop http /y\n",
  ]);
  assertEquals((await home.run("net stop http /n")).status, 2);
  assertEquals(received.includes("stop"), false);
});

Deno.test("net stop SERVICE without dependents does not ask", async () => {
  await using home = await commandHome();
  await home.serve((_, report) => {
    report({ kind: "step", service: "W3SVC", state: "stopping" });
    report({ kind: "step", service: "W3SVC", state: "stopped" });
    return Promise.resolve(RUNNING);
  });
  const name = "World Wide Web Publishing Service";
  const out = `The ${name} service is stopping.\nThe ${name} service was stopped successfully.\n\n`;
  // A display name may be unquoted.
  assertEquals(await home.run(`net stop ${name}`), { status: 0, out, note: "" });
});
