// Goal: the package says what it is and has what it should, for each architecture. Method: packages
// of a stand-in for the program, read with dpkg-deb. tests/dist/machine_test.ts installs the real one.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { debianChangelog, hasDeb, writeDeb } from "../../dist/deb.ts";
import { BuildError } from "../../dist/run.ts";
import { findTarget, TARGETS } from "../../dist/targets.ts";
import { bundle, has, ROOT, run, standIn } from "./support.ts";

const HAS_DPKG = await has("dpkg-deb");

Deno.test({
  name: "a package for each architecture, the same each time",
  ignore: !HAS_DPKG,
  async fn(): Promise<void> {
    const { folder } = await bundle("main.ts");
    try {
      const program = `${folder}/program`;
      await Deno.writeTextFile(program, standIn("1.2.3"));
      const make = async (name: string, out: string): Promise<Uint8Array> => {
        const target = findTarget(name)!;
        const [root, version] = [ROOT, "1.2.3-rc.1"];
        const sources = { root, bundle: folder, program, isPortable: true };
        await writeDeb({ ...sources, target, version, out: `${folder}/${out}` });
        return await Deno.readFile(`${folder}/${out}`);
      };
      const show = async (option: string, out: string): Promise<string> =>
        (await run(["/usr/bin/dpkg-deb", option, `${folder}/${out}`], { PATH: "/usr/bin:/bin" }))
          .stdout;
      const first = await make("linux-x64", "a.deb");
      assertEquals(await make("linux-x64", "b.deb"), first);
      await make("linux-arm64", "c.deb");
      const control = await show("-f", "a.deb");
      assertStringIncludes(control, "Package: httpcfg\nVersion: 1.2.3~rc.1\nArchitecture: amd64\n");
      assertMatch(control, /^Maintainer: .+ <.+@.+>$/m);
      assertStringIncludes(await show("-f", "c.deb"), "Architecture: arm64\n");

      const files = (await show("-c", "a.deb")).trimEnd().split("\n").map((line) =>
        line.split(/\s+/)
      );
      assertEquals(new Set(files.map(([, owner]) => owner)), new Set(["root/root"]));
      const modes = new Map(files.map(([mode, , , , , path]) => [path, mode]));
      assertEquals(modes.get("./usr/bin/httpcfg"), "-rwxr-xr-x");
      for (
        const path of [
          "lib/systemd/system/httpcfg.service",
          "lib/sysusers.d/httpcfg.conf",
          "lib/tmpfiles.d/httpcfg.conf",
          "share/man/man1/httpcfg.1.gz",
          "share/man/man5/httpcfg-config.5.gz",
          "share/bash-completion/completions/httpcfg",
          "share/zsh/vendor-completions/_httpcfg",
          "share/fish/vendor_completions.d/httpcfg.fish",
          "share/doc/httpcfg/changelog.gz",
          "share/doc/httpcfg/copyright",
          "share/doc/httpcfg/README.Debian",
        ]
      ) assertEquals(modes.get(`./usr/${path}`), "-rw-r--r--", path);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("only Linux has packages, and a build says so", async () => {
  assertEquals(TARGETS.filter(hasDeb).map(({ name }) => name), ["linux-x64", "linux-arm64"]);
  const command = [Deno.execPath(), "run", "-A", `${ROOT}/dist/build.ts`];
  const { code, stderr } = await run(
    [...command, "--deb", "--target=macos-arm64"],
    Deno.env.toObject(),
  );
  assertEquals(code, 1);
  assertStringIncludes(stderr, "error: Cannot make a package: no target is Linux\n");
});

Deno.test("without dpkg-deb no package is made, and the error says what to install", async () => {
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "/nowhere");
  try {
    const options = { root: ROOT, bundle: "", program: "", isPortable: true, version: "1.0.0" };
    const target = findTarget("linux-x64")!;
    const error = await writeDeb({ ...options, target, out: "" }).catch((thrown) => thrown);
    assert(error instanceof BuildError, String(error));
    assertStringIncludes(error.message, "dpkg-deb is not here\nhint: apt install dpkg");
  } finally {
    Deno.env.set("PATH", path);
  }
});

Deno.test("the changelog has the entries of ours in Debian's form", () => {
  const long = `- ${"word ".repeat(30).trimEnd()}`;
  const text = debianChangelog(`# Changelog\n\n## Unreleased\n\n- One.\n${long}\n`, "1.2.3", 86400);
  const lines = text.split("\n");
  assertEquals(lines[0], "httpcfg (1.2.3) unstable; urgency=medium");
  assertEquals(lines[2], "  * One.");
  assertMatch(lines[4]!, /^ {4}word/);
  assert(lines.slice(0, -2).every((line) => line.length <= 80));
  assertMatch(text, /\n\n -- .+ <.+@.+> {2}Fri, 02 Jan 1970 00:00:00 \+0000\n$/);
});

Deno.test({
  name: "shellcheck reports nothing for the scripts of the package",
  ignore: !(await has("shellcheck")),
  async fn(): Promise<void> {
    const scripts = ["postinst", "prerm", "postrm"].map((name) => `${ROOT}/dist/debian/${name}`);
    const { code, stdout } = await run(["shellcheck", ...scripts], Deno.env.toObject());
    assertEquals([code, stdout], [0, ""]);
  },
});
