import { assertEquals } from "@std/assert";
import type { Ip } from "../../mod/base/address.ts";
import { isLocalClient } from "../../mod/site/local_client.ts";
import { type FakeRequest, fakeRequest } from "../support/request.ts";

Deno.test("isLocalClient() believes a loopback address only of a client that speaks for itself", () => {
  const from = (ip: string): FakeRequest => ({ remote: { ip: ip as Ip, port: 50000 } });
  const by = (name: string): FakeRequest => ({ headers: [["Host", "localhost"], [name, "x"]] });
  const cases: [request: FakeRequest, want: boolean][] = [
    [{}, true],
    [from("127.8.9.10"), true],
    [from("::1"), true],
    [from("10.0.0.5"), false],
    [from("::2"), false],
    [from("0.0.0.0"), false], // a client that has gone
    [{ host: "127.0.0.2" }, true],
    [{ host: "[::1]" }, true],
    [{ host: "[::ffff:127.0.0.1]" }, true],
    [{ host: "admin.localhost" }, true],
    [{ host: "evil.example" }, false],
    [{ host: "localhost.evil.example" }, false],
    [{ host: "notlocalhost" }, false],
    [{ host: "127.0.0.1.evil.example" }, false],
    [{ host: "127.1" }, false],
    [{ host: "10.0.0.5" }, false],
    [{ host: "" }, false],
    [by("Accept"), true],
    [by("Forwarded"), false],
    [by("X-Forwarded-For"), false],
    [by("x_forwarded_for"), false],
    [by("X-Forwarded-Proto"), false],
    [by("X-Real-IP"), false],
    [by("CF-Connecting-IP"), false],
    [by("Via"), false],
    [by("CDN-Loop"), false],
    [{ minor: 0 }, false],
  ];
  for (const [request, want] of cases) {
    assertEquals(isLocalClient(fakeRequest(request)), want, JSON.stringify(request));
  }
});
