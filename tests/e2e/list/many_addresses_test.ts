// Story: a machine with thousands of addresses on its interfaces. The service follows each that comes
// or goes, though it looks at all of them again and again.
import { assertEquals } from "@std/assert";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";

const MANY = 2000;
const NEW = "10.9.9.9";

testInNamespace("a service follows the addresses of a machine with thousands", async (space) => {
  await space.addAddresses(MANY);
  await using service = await SpaceService.start(space, { list: ["10.0.0.0/8"] });
  assertEquals((await service.listening()).length, MANY);
  for (let i = 0; i < 3; i++) {
    await space.ip(`addr add ${NEW}/32 dev v0`);
    await waitFor(async () => (await space.get(NEW, PORT)).body === "one", "the new address");
    await space.ip(`addr del ${NEW}/32 dev v0`);
    await waitFor(async () => (await service.listening()).length === MANY, "one socket less");
  }
  await service.do("verify");
  assertEquals((await service.states()).filter((state) => state.endsWith(" open")).length, MANY);
});
