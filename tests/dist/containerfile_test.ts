// Goal: the container runs without root on a read-only root, and its health check fails where nothing
// listens. Method: the steps of the container file on a root directory with a shell and a few tools;
// where buildah is installed, its opinion of the same file.
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { namespaceOf, processesIn } from "../support/ending/processes.ts";
import { waitFor } from "../support/wait.ts";
import { makeRoot } from "./clean_root.ts";
import { buildImage, Container } from "./containerfile.ts";
import { has, portable, ROOT, run } from "./support.ts";

const FILE = `${ROOT}/dist/Containerfile`;
const CAN_ENTER = Deno.build.os === "linux" && Deno.uid() === 0 &&
  (await run(["/bin/sh", "-c", "command -v setpriv nsenter ip && unshare -m -n -p -f true"], {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    })).code === 0;

/** Makes a directory with a base for images, and one that is like a clone with the built program. */
async function withBase(
  program: string,
  test: (folder: string, context: string) => Promise<void>,
): Promise<void> {
  const folder = program.replace(/\/[^/]*$/, "");
  try {
    await makeRoot(`${folder}/base`);
    await Deno.mkdir(`${folder}/clone/dist/bin`, { recursive: true });
    await Deno.rename(program, `${folder}/clone/dist/bin/httpcfg`);
    await test(folder, `${folder}/clone`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "container: no root, a read-only root, and healthy only while something listens",
  ignore: !CAN_ENTER,
  fn: async () =>
    await withBase(await portable("main.ts"), async (folder, context) => {
      const text = await Deno.readTextFile(FILE);
      const image = await buildImage(text, { base: `${folder}/base`, context, work: folder });
      assertMatch(image.user, /^[1-9]\d*:[1-9]\d*$/);

      // Nothing runs.
      let namespace: string;
      {
        await using idle = await Container.start(image, ["cat", "/dev/zero"]);
        namespace = namespaceOf(idle.pid, "pid");
        assertEquals((await idle.exec(...image.health)).code, 1);
      }
      assertEquals(processesIn(namespace), []); // all ended with it
      await assertRejects(() => Container.start(image, ["false"]), Error, "ended at once");
      await using container = await Container.start(image);
      const isHealthy = async (): Promise<boolean> =>
        (await container.exec(...image.health)).code === 0;
      await waitFor(isHealthy, "the service to be healthy");
      const facts = container.facts();
      const uid = image.user.split(":")[0];
      assertMatch(facts, new RegExp(`^Uid:(\\s+${uid}){4}$`, "m"));
      assertMatch(facts, /^CapEff:\s+0+$/m);
      const written = await container.exec(
        "sh",
        "-c",
        "echo >/tmp/x; echo >/usr/local/bin/httpcfg",
      );
      assertEquals(written.stderr.match(/Read-only file system/g)?.length, 2, written.stderr);

      // It listens nowhere, for one reason and for another.
      const httpcfg = (line: string): ReturnType<typeof run> =>
        container.exec("httpcfg", ...line.split(" "));
      assertEquals((await httpcfg("set iplisten -i 192.0.2.1")).code, 0);
      await httpcfg("reload --yes");
      assertEquals([(await httpcfg("status")).code, await isHealthy()], [0, false]);
      assertEquals((await httpcfg("delete iplisten -i 192.0.2.1")).code, 0);
      await httpcfg("reload --yes");
      assertEquals(await isHealthy(), true);
      assertEquals((await httpcfg("net stop w3svc")).code, 0);
      assertEquals(await isHealthy(), false);
      assertEquals((await httpcfg("net start w3svc")).code, 0);
      assertEquals(await isHealthy(), true);

      assertEquals(await container.stop(), 0);
    }),
});

Deno.test({
  name: "container: buildah builds the file, with its user, volume, signal and health check",
  ignore: !CAN_ENTER || !(await has("buildah")),
  fn: async () => {
    const program = `${await Deno.makeTempDir({ prefix: "httpcfg-test-" })}/httpcfg`;
    await Deno.writeTextFile(program, "#!/bin/sh\necho httpcfg\n");
    await withBase(program, async (folder, context) => {
      const policy = `${folder}/policy.json`;
      await Deno.writeTextFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
      const stores = ["--root", `${folder}/store`, "--runroot", `${folder}/run`];
      const buildah = async (...words: string[]): Promise<string> => {
        const command = ["buildah", "--storage-driver", "vfs", ...stores, ...words];
        const { code, stdout, stderr } = await run(command, Deno.env.toObject());
        assertEquals(code, 0, stderr);
        return stdout.trim();
      };
      const base = await buildah("from", "scratch");
      await buildah("copy", "--quiet", base, `${folder}/base`, "/");
      await buildah("commit", "--quiet", "--signature-policy", policy, base, "localhost/base");
      const options = ["--isolation", "chroot", "--format", "docker", "--signature-policy", policy];
      const arg = ["--build-arg", "BASE=localhost/base"];
      await buildah("bud", ...options, ...arg, "-f", FILE, "-t", "localhost/built", context);
      const { Docker: { config } } = JSON.parse(
        await buildah("inspect", "--type", "image", "localhost/built"),
      );
      assertEquals([config.User, Object.keys(config.Volumes), Object.keys(config.ExposedPorts)], [
        "65532:65532",
        ["/var/lib/httpcfg"],
        ["8080/tcp"],
      ]);
      assertEquals([config.Entrypoint, config.Cmd, config.StopSignal], [
        ["httpcfg"],
        ["serve"],
        "SIGTERM",
      ]);
      assertEquals(config.Healthcheck.Test, ["CMD", "httpcfg", "health"]);
      assertStringIncludes(config.Labels["org.opencontainers.image.title"], "httpcfg");
    });
  },
});
