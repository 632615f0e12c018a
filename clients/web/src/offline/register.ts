/** Has the player's page kept, so that it opens without a network. */

async function keepThisPage(): Promise<void> {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  // When the page has what it needs now: the map and the cats, lest they be gone after an update.
  active?.postMessage("later");
}

if (import.meta.env.PROD && "serviceWorker" in navigator)
  addEventListener("load", () => {
    keepThisPage().catch(() => {
      // Forbidden, or out of space: the page works without, while there is a network.
    });
  });
