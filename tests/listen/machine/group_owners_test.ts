/**
 * Goal: a server with its workers is one owner, named by its parent, and nothing else is joined.
 * Method: tables of made-up processes.
 */
import { assertEquals } from "@std/assert";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { ForeignText } from "../../../mod/base/printable.ts";
import {
  groupOwners,
  type HeldSocket,
  needsCommands,
  type Processes,
} from "../../../mod/listen/machine/group_owners.ts";
import { describeOwner, endOwners } from "../../../mod/listen/machine/port_owner.ts";

/** `PID PARENT USER NAME [EXECUTABLE [COMMAND_LINE]]` for each process that is seen. */
type Table = readonly string[];

interface Case {
  readonly title: string;
  readonly table: Table;
  /** `SOCKET[@ENDPOINT]: PIDS`; the endpoint is 0.0.0.0:80 by default. */
  readonly sockets: readonly string[];
  /** The owners, without where they listen. */
  readonly owners: readonly string[];
  /** The processes that the hint stops; null if it names none. */
  readonly stop: readonly number[] | null;
}

const NGINX: Table = [
  "100 1 root nginx",
  ...[101, 102, 103, 104, 105, 106, 107, 108].map((pid) => `${pid} 100 www-data nginx`),
];
const WORKERS = "101 102 103 104 105 106 107 108";

const CASES: readonly Case[] = [
  {
    title: "one process",
    table: ["100 1 root nginx"],
    sockets: ["7: 100"],
    owners: ["nginx (pid 100, user root)"],
    stop: [100],
  },
  {
    title: "nginx with eight workers of another user",
    table: NGINX,
    sockets: [`7: 108 ${WORKERS} 100`],
    owners: ["nginx (pid 100 and 8 workers) of user root"],
    stop: [100],
  },
  {
    title: "nginx with a socket for each worker (reuseport)",
    table: NGINX,
    sockets: [`7: 100 ${WORKERS}`, `8: 100 ${WORKERS}`, `9: 100 ${WORKERS}`],
    owners: ["nginx (pid 100 and 8 workers) of user root"],
    stop: [100],
  },
  {
    title: "one worker",
    table: ["100 1 root php-fpm8.2", "101 100 www-data php-fpm8.2"],
    sockets: ["7: 100 101"],
    owners: ["php-fpm8.2 (pid 100 and 1 worker) of user root"],
    stop: [100],
  },
  {
    title: "workers of workers",
    table: ["100 1 root apache2", "101 100 www apache2", "102 101 www apache2"],
    sockets: ["7: 102 101 100"],
    owners: ["apache2 (pid 100 and 2 workers) of user root"],
    stop: [100],
  },
  {
    title: "processes that name what they do",
    table: ["5 1 web gunicorn: maste", "6 5 web gunicorn: worke", "7 5 web gunicorn: worke"],
    sockets: ["7: 5 6 7"],
    owners: ["gunicorn (pid 5 and 2 workers) of user web"],
    stop: [5],
  },
  {
    title: "one executable under two names",
    table: ["5 1 web uvicorn /usr/bin/python3", "6 5 web python3 /usr/bin/python3"],
    sockets: ["7: 5 6"],
    owners: ["uvicorn (pid 5 and 1 worker) of user web"],
    stop: [5],
  },
  {
    title: "haproxy: the parent has closed the socket, the command line is the same",
    table: ["100 1 root haproxy /h haproxy_-W", "101 100 haproxy haproxy /h haproxy_-W"],
    sockets: ["7: 101"],
    owners: ["haproxy (pid 100 and 1 worker) of user root"],
    stop: [100],
  },
  {
    title: "a cluster: each worker has a socket of its own, the parent none",
    table: [
      "100 1 web node /n node_x.js",
      "101 100 web node /n node_x.js",
      "102 100 web node /n node_x.js",
    ],
    sockets: ["7: 101", "8: 102"],
    owners: ["node (pid 100 and 2 workers) of user web"],
    stop: [100],
  },
  {
    title: "a cluster whose workers differ in a number",
    table: [
      "5 1 web python3 /p python3_app.py",
      "6 5 web python3 /p python3_spawn_main(pipe=7)",
      "7 5 web python3 /p python3_spawn_main(pipe=9)",
    ],
    sockets: ["7: 6", "8: 7"],
    owners: ["python3 (pid 5 and 2 workers) of user web"],
    stop: [5],
  },
  {
    title: "httpcfg: a shell between, which is named after the service",
    table: [
      "5 1 web httpcfg /h httpcfg_serve",
      "6 5 web httpcfg: shell /bin/dash /bin/sh_-c",
      "7 6 web httpcfg: worker /h httpcfg:_worker",
      "8 6 web httpcfg: worker /h httpcfg:_worker",
    ],
    sockets: ["7: 7", "8: 8"],
    owners: ["httpcfg (pid 5 and 2 workers) of user web"],
    stop: [5],
  },
  {
    title: "httpcfg, whose executables are hidden, with one worker left and a socket of its own",
    table: ["5 1 web httpcfg", "6 5 web httpcfg: shell", "7 6 web httpcfg: worker"],
    sockets: ["7: 7", "8: 5"],
    owners: ["httpcfg (pid 5 and 1 worker) of user web"],
    stop: [5],
  },
  {
    title: "httpcfg from its sources: the service has the name of the runtime",
    table: [
      "4 1 web deno /d deno_test",
      "5 4 web deno /d httpcfg_serve",
      "6 5 web httpcfg: shell /bin/dash /bin/sh_-c",
      "7 6 web httpcfg: worker /d httpcfg:_worker",
      "8 6 web httpcfg: worker /d httpcfg:_worker",
    ],
    sockets: ["7: 7", "8: 8"],
    owners: ["deno (pid 5 and 2 workers) of user web"],
    stop: [5],
  },
  {
    title: "two services, each with its workers",
    table: [
      "5 1 web httpcfg",
      "6 5 web httpcfg: shell",
      "7 6 web httpcfg: worker",
      "8 6 web httpcfg: worker",
      "15 1 web httpcfg",
      "16 15 web httpcfg: shell",
      "17 16 web httpcfg: worker",
    ],
    sockets: ["7: 7", "8: 8", "9: 17"],
    owners: [
      "httpcfg (pid 5 and 2 workers) of user web",
      "httpcfg (pid 15 and 1 worker) of user web",
    ],
    stop: [5, 15],
  },
  {
    title: "a server that starts its workers through a shell",
    table: [
      "5 1 web app /a app",
      "6 5 web sh /bin/dash sh_-c_'app_-p_1'",
      "7 6 web app /a app_-p_1",
      "8 5 web sh /bin/dash sh_-c_'app_-p_2'",
      "9 8 web app /a app_-p_2",
    ],
    sockets: ["7: 7", "8: 9", "9: 5"],
    owners: [
      "app (pid 7, user web)",
      "app (pid 9, user web)",
      "app (pid 5, user web)",
    ],
    stop: [7, 9, 5],
  },
  {
    title: "workers that one shell of the server started",
    table: [
      "5 1 web app /a app",
      "6 5 web sh /bin/dash sh_start.sh",
      "7 6 web app /a app_-p_1",
      "8 6 web app /a app_-p_2",
    ],
    sockets: ["7: 7", "8: 8"],
    owners: ["app (pid 5 and 2 workers) of user web"],
    stop: [5],
  },
  {
    title: "two programs of one user that share a port, started by one shell",
    table: [
      "4 1 joe sshd /s sshd",
      "5 4 joe bash /bin/bash bash",
      "6 5 joe python3 /p python3_srv.py",
      "7 5 joe python3 /p python3_srv.py",
    ],
    sockets: ["7: 6", "8: 7"],
    owners: ["python3 (pid 6, user joe)", "python3 (pid 7, user joe)"],
    stop: [6, 7],
  },
  {
    title: "two programs that one of the same interpreter started",
    table: [
      "5 1 joe python3 /p python3_tests.py",
      "6 5 joe python3 /p python3_one.py",
      "7 5 joe python3 /p python3_two.py",
    ],
    sockets: ["7: 6", "8: 7"],
    owners: ["python3 (pid 6, user joe)", "python3 (pid 7, user joe)"],
    stop: [6, 7],
  },
  {
    title: "sessions of sshd that name themselves",
    table: [
      "4 1 root sshd /s sshd:_/s",
      "5 4 root sshd /s sshd:_joe_[priv]",
      "6 5 joe sshd /s sshd:_joe",
    ],
    sockets: ["7: 6"],
    owners: ["sshd (pid 6, user joe)"],
    stop: [6],
  },
  {
    title: "a parent of the same name that is another server",
    table: ["100 1 root sshd /s sshd_listener", "101 100 joe sshd /s sshd_joe"],
    sockets: ["7: 101"],
    owners: ["sshd (pid 101, user joe)"],
    stop: [101],
  },
  {
    title: "a program that starts another with the same interpreter",
    table: ["100 1 joe deno /d deno_test", "101 100 joe deno /d deno_run"],
    sockets: ["7: 101"],
    owners: ["deno (pid 101, user joe)"],
    stop: [101],
  },
  {
    title: "two servers of one program that share a port",
    table: ["100 1 root nginx", "101 100 www nginx", "200 1 root nginx", "201 200 www nginx"],
    sockets: ["7: 100 101", "8: 200 201"],
    owners: [
      "nginx (pid 100 and 1 worker) of user root",
      "nginx (pid 200 and 1 worker) of user root",
    ],
    stop: [100, 200],
  },
  {
    title: "a socket unit of systemd, and the service that has it too",
    table: ["1 0 root systemd /lib/systemd", "100 1 www app /app", "101 100 www app /app"],
    sockets: ["7: 1 100 101"],
    owners: ["systemd (pid 1, user root)", "app (pid 100 and 1 worker) of user www"],
    stop: null,
  },
  {
    title: "a supervisor that keeps the socket of what it starts",
    table: ["5 1 web start_server /p", "6 5 web plackup /q", "7 5 web plackup /q"],
    sockets: ["7: 5 6 7"],
    owners: ["start_server (pid 5, user web)", "plackup (pids 6, 7) of user web"],
    stop: [5, 6, 7],
  },
  {
    title: "workers whose parent has ended",
    table: [101, 102, 103, 104, 105, 106].map((pid) => `${pid} 1 www nginx`),
    sockets: ["7: 101 102 103 104 105 106"],
    owners: ["nginx (pids 101, 102, 103, 104 and 2 more) of user www"],
    stop: [101, 102, 103, 104, 105, 106],
  },
  {
    title: "a parent that this user may not look into, but whose name is seen",
    table: NGINX,
    sockets: [`7: ${WORKERS}`],
    owners: ["nginx (pid 100 and 8 workers) of user root"],
    stop: [100],
  },
  {
    title: "a parent that is hidden",
    table: ["101 100 www nginx", "102 100 www nginx"],
    sockets: ["7: 101 102"],
    owners: ["nginx (pids 101, 102; their parent, pid 100, is hidden) of user www"],
    stop: null,
  },
  {
    title: "a parent outside of the PID namespace",
    table: ["101 0 www nginx", "102 0 www nginx"],
    sockets: ["7: 101 102"],
    owners: ["nginx (pids 101, 102; their parent is hidden) of user www"],
    stop: null,
  },
  {
    title: "nothing is seen of the process",
    table: [],
    sockets: ["7:"],
    owners: ["an unidentified process of user maker"],
    stop: null,
  },
  {
    title: "nothing is seen of several",
    table: [],
    sockets: ["7:", "8:"],
    owners: ["one or more unidentified processes of user maker"],
    stop: null,
  },
  {
    title: "a process that ended while the table was read",
    table: [],
    sockets: ["7: 100"],
    owners: ["a process (pid 100, user maker)"],
    stop: [100],
  },
  {
    title: "processes that are each other's parent, as while the table changes",
    table: ["100 101 web x", "101 100 web x"],
    sockets: ["7: 100 101"],
    owners: ["x (pid 100 and 1 worker) of user web"],
    stop: [100],
  },
];

Deno.test("groupOwners() makes one owner of a server and its workers", () => {
  for (const { title, table, sockets, owners, stop } of CASES) {
    const held = sockets.map(socketOf);
    const processes = tableOf(table);
    const found = groupOwners(held, processes);
    assertEquals(
      found.map((owner) => describeOwner(owner).replace(/ on .*/, "")),
      [...owners],
      title,
    );
    const hint = endOwners(found, 80, "linux");
    const killed = /^kill ([\d ]+)$/.exec(hint)?.[1]?.split(" ").map(Number) ?? null;
    assertEquals(killed, stop, `${title}: ${hint}`);
  }
});

Deno.test("groupOwners() keeps endpoints apart, and all sockets of one", () => {
  const sockets = ["7@10.0.0.1:80: 100 101", "8@10.0.0.2:80: 100 101", "9@10.0.0.2:80: 100 101"];
  const found = groupOwners(sockets.map(socketOf), tableOf(NGINX));
  assertEquals(
    found.map(({ ip, pid, workers, socket, sockets }) => [`${ip}`, pid, workers, socket, sockets]),
    [
      ["10.0.0.1", 100, [101], 7, undefined],
      ["10.0.0.2", 100, [101], 8, [8, 9]],
    ],
  );
});

Deno.test("groupOwners() returns JSON with the parent, and its workers in order", () => {
  const [owner] = groupOwners([socketOf("7: 103 101 100 102")], tableOf(NGINX));
  assertEquals(JSON.parse(JSON.stringify(owner)), {
    ip: "0.0.0.0",
    port: 80,
    mapped: false,
    v6only: null,
    device: null,
    pid: 100,
    program: "nginx",
    user: "root",
    workers: [101, 102, 103],
    socket: 7,
    namespace: null,
  });
});

Deno.test("needsCommands() is true only where names do not decide", () => {
  const cases: readonly (readonly [table: Table, socket: string, needs: boolean])[] = [
    [NGINX, `7: 100 ${WORKERS}`, false],
    [["100 50 root nginx", "50 1 root bash"], "7: 100", false],
    [["100 50 root nginx", "50 1 root nginx"], "7: 100", true],
    [["5 1 web uvicorn", "6 5 web python3"], "7: 5 6", true],
    [["100 50 root nginx", "50 1 root sh", "1 0 root systemd"], "7: 100", false],
    [["100 50 root nginx", "50 10 root sh", "10 1 root nginx"], "7: 100", true],
    [[], "7:", false],
  ];
  for (const [table, socket, needs] of cases) {
    assertEquals(needsCommands([socketOf(socket)], tableOf(table)), needs, socket);
  }
});

function tableOf(table: Table): Processes {
  return new Map(table.map((line) => {
    const match = /^(\d+) (\d+) (\S+) (.+?)(?: (\/\S+)(?: (\S+))?)?$/.exec(line)!;
    const [, pid, parent, user, name, executable, commandLine] = match;
    return [Number(pid), {
      parent: Number(parent),
      user: user!,
      program: new ForeignText(name!),
      executable: executable ?? null,
      commandLine: commandLine?.replaceAll("_", " ") ?? null,
    }];
  }));
}

function socketOf(text: string): HeldSocket {
  const [, socket, endpoint = "0.0.0.0:80", pids = ""] = /^(\d+)(?:@(\S+))?:(.*)$/.exec(text)!;
  return {
    ...(parseEndpoint(endpoint) as Endpoint),
    mapped: false,
    v6only: null,
    device: null,
    user: "maker",
    socket: Number(socket),
    namespace: null,
    pids: pids.trim().split(" ").filter((pid) => pid !== "").map(Number),
  };
}
