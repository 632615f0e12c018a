/** An address, and the places that a geocoder finds for it. */

import { useSignal } from "@preact/signals";
import { texts } from "../../i18n";
import type { Places } from "../api";
import { Labelled } from "../forms/fields";
import type { Form } from "../forms/form";
import { sayProblem } from "../forms/problems";
import { ask } from "../session";
import { degrees, type StoreValues } from "./store";

const say = texts({
  address: ["Address", "地址"],
  find: ["Find on the map", "在地图上查找"],
  hint: ["Players see it. “Find” looks for its place.", "玩家会看到。点击查找可定位。"],
  found: ["Places with this address", "符合的地点"],
  none: ["No place has that address.", "找不到这个地址。"],
});

export function AddressSearch({ form }: { form: Form<StoreValues> }) {
  const places = useSignal<Places | null>(null);
  const trouble = useSignal("");
  const busy = useSignal(false);

  async function find() {
    const { address, datum } = form.values.value;
    if (address.trim().length < 3) return;
    busy.value = true;
    trouble.value = "";
    places.value = null;
    try {
      const query = { address, datum };
      places.value = await ask<Places>("GET", "/v1/places", { query });
    } catch (error) {
      trouble.value = sayProblem(error);
    } finally {
      busy.value = false;
    }
  }

  function choose(place: Places["candidates"][number]) {
    form.values.value = {
      ...form.values.value,
      address: place.address,
      lat: degrees(place.lat),
      lon: degrees(place.lon),
      datum: place.datum,
      mapped: true,
    };
    places.value = null;
  }

  return (
    <div>
      <Labelled form={form} name="address" label={say("address")} hint={say("hint")}>
        {(wired) => (
          <span class="with-button">
            <input
              {...wired}
              type="text"
              autocomplete="off"
              value={form.values.value.address}
              onInput={(event) => form.put("address", event.currentTarget.value)}
            />
            <button type="button" onClick={find} disabled={busy.value}>
              {say("find")}
            </button>
          </span>
        )}
      </Labelled>
      <div role="status">
        {trouble.value && <p class="note">{trouble.value}</p>}
        {places.value?.candidates.length === 0 && <p class="note">{say("none")}</p>}
      </div>
      {places.value !== null && places.value.candidates.length > 0 && (
        <div class="note">
          <p>{say("found")}</p>
          <ul class="choices">
            {places.value.candidates.map((place) => (
              <li key={place.id}>
                <button type="button" class="link" onClick={() => choose(place)}>
                  {place.address}
                </button>
              </li>
            ))}
          </ul>
          {places.value.attribution && <p class="hint">{places.value.attribution}</p>}
        </div>
      )}
    </div>
  );
}
