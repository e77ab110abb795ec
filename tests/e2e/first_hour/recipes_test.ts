// Story: the recipes of README, one after the other.
import { testOnServer } from "../../support/terminal/server_machine.ts";
import { playSection } from "./story.ts";

testOnServer("the recipes", ["openssl"], async (machine) => {
  await machine.root(`
    mkdir /srv/tls
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \\
      -subj /CN=www.example.com -addext subjectAltName=DNS:www.example.com \\
      -keyout /srv/tls/privkey.pem -out /srv/tls/fullchain.pem 2>/dev/null
  `);
  await playSection(machine, "Recipes", "recipes");
});
