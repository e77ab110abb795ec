// Goal: the chain of services as KB 813368 and KB 969864 describe it. Method: the whole table.
import { assert, assertEquals } from "@std/assert";
import {
  dependentsOf,
  findService,
  serviceRow,
  SERVICES,
  startOrder,
} from "../../../mod/host/services/service_table.ts";

Deno.test("SERVICES are in an order in which each needs only rows above it", () => {
  SERVICES.forEach(({ name, needs }, i) => {
    const above = SERVICES.slice(0, i).map((row) => row.name);
    for (const needed of needs) assert(above.includes(needed), `${name} needs ${needed}`);
  });
  assertEquals(SERVICES.filter(({ listed }) => !listed).map(({ name }) => name), ["HTTP"]);
});

Deno.test("startOrder() returns what is needed first", () => {
  assertEquals(startOrder("HTTP"), ["HTTP"]);
  assertEquals(startOrder("HTTPFilter"), ["HTTP", "HTTPFilter"]);
  assertEquals(startOrder("IISADMIN"), ["IISADMIN"]);
  assertEquals(startOrder("W3SVC"), ["HTTP", "HTTPFilter", "IISADMIN", "W3SVC"]);
});

Deno.test("dependentsOf() returns the top of the chain first", () => {
  assertEquals(dependentsOf("HTTP"), ["W3SVC", "HTTPFilter"]);
  assertEquals(dependentsOf("HTTPFilter"), ["W3SVC"]);
  assertEquals(dependentsOf("IISADMIN"), ["W3SVC"]);
  assertEquals(dependentsOf("W3SVC"), []);
});

Deno.test("findService() accepts short and display names in any case", () => {
  for (const { name, display } of SERVICES) {
    for (const text of [name, name.toLowerCase(), display, display.toUpperCase()]) {
      assertEquals(findService(text)?.name, name, text);
    }
    assertEquals(serviceRow(name).display, display);
  }
  for (const text of ["", "w3", "http ", "HTTP  SSL"]) assertEquals(findService(text), undefined);
});
