// A kiosk whose configuration differs from what the server gives today: the real reply, changed on its way.
import { eventually } from "./eventually.mjs";

/** Gives the device another configuration, from its next look at the server on. */
export async function configured(kiosk, change) {
  await kiosk.context.unroute("**/v1/device/config");
  let given;
  await kiosk.context.route("**/v1/device/config", async (route) => {
    try {
      const reply = await route.fetch();
      const config = { ...(await reply.json()), ...change };
      await route.fulfill({ response: reply, json: config });
      given = JSON.stringify(config);
    } catch {
      // The page that asked has gone meanwhile; the next one asks again.
    }
  });
  await kiosk.page.goto(`${kiosk.origin}/`);
  // Kept first, then used: the next page has it without asking.
  await eventually(async () => given !== undefined && (await kiosk.page.evaluate(kept)) === given, true);
  await kiosk.page.goto(`${kiosk.origin}/`);
}

/** In the page: the configuration that the device keeps. */
async function kept() {
  const answer = (request) => new Promise((go) => (request.onsuccess = () => go(request.result)));
  const database = await answer(indexedDB.open("hai-long"));
  const config = await answer(database.transaction("facts").objectStore("facts").get("config"));
  database.close();
  return config;
}
