/** Goal: what is near has every owner that collides. Method: all pairs of a set of endpoints. */
import { assertEquals } from "@std/assert";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { OwnerIndex } from "../../../mod/listen/machine/owner_index.ts";
import { keepsFrom, type PortOwner } from "../../../mod/listen/machine/port_owner.ts";

const ENDPOINTS = [
  "0.0.0.0:80",
  "[::]:80",
  "10.0.0.5:80",
  "10.0.0.6:80",
  "10.0.0.5:81",
  "[::1]:80",
  "[fe80::1%v0]:80",
  "[fe80::1%v1]:80",
  "[fe80::1]:80",
].map((text) => parseEndpoint(text) as Endpoint);

Deno.test("OwnerIndex.near() leaves out no owner that keeps an endpoint from being bound", () => {
  const owners = ENDPOINTS.map((endpoint, i): PortOwner => ({
    ...endpoint,
    mapped: false,
    v6only: null,
    device: null,
    pid: i + 1,
    program: null,
    user: "root",
    workers: [],
    socket: i,
    namespace: null,
  }));
  const index = new OwnerIndex(owners);
  for (const endpoint of ENDPOINTS) {
    const colliding = (all: readonly PortOwner[]): unknown[] => {
      return all.filter((one) => keepsFrom(one, endpoint, true)).map(({ pid }) => pid).sort();
    };
    assertEquals(colliding(index.near(endpoint)), colliding(owners), JSON.stringify(endpoint));
  }
  const { ip, port } = ENDPOINTS[2]!;
  assertEquals(index.near({ ip, port }).map(({ pid }) => pid), [3, 1, 2]);
  assertEquals(index.at(ip, port).map(({ pid }) => pid), [3]);
});
