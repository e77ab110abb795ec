import { assertEquals, assertStringIncludes } from "@std/assert";
import { htmlPage, pageStyle } from "../../../mod/site/pages/html.ts";

Deno.test("htmlPage() escapes its title and needs no external resources", async () => {
  const page = htmlPage("<x>", "<p>main</p>", await pageStyle());
  assertStringIncludes(page, "<title>&lt;x&gt;</title>");
  assertStringIncludes(page, "<p>main</p>");
  assertEquals(/(?:src|href|url|import)\s*[=(]/.test(page), false);
});

Deno.test("the policy of a page allows its own stylesheet by its hash, and nothing else", async () => {
  const style = await pageStyle("p{margin:0}");
  const css = /<style>(.*)<\/style>/.exec(htmlPage("t", "", style))![1]!;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(css));
  const hash = new Uint8Array(digest).toBase64();
  const policy = style.fields.find(([name]) => name === "Content-Security-Policy")![1];
  assertStringIncludes(policy, `default-src 'none'; style-src 'sha256-${hash}';`);
  assertEquals(policy.includes("unsafe"), false);
});
