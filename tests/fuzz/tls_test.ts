// Goal: the rules of tests/fuzz/tls.ts hold. Method: a few hundred hostile clients in each test
// run.
import { Random } from "./random.ts";
import { makeTlsFuzz } from "./tls.ts";

Deno.test("TlsGate keeps the rules for hostile handshakes", async () => {
  const fuzz = await makeTlsFuzz();
  for (let round = 0; round < 20; round++) {
    const clients = Array.from({ length: 16 }, (_, i) => new Random(round * 16 + i));
    await Promise.all(clients.map((random) => fuzz.attack(random)));
  }
  await fuzz.finish();
});
