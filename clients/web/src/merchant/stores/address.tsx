/** An address, and the places that a geocoder finds for it. */

import { useEffect, useMemo } from "preact/hooks";
import { texts } from "../../i18n";
import { makeAsked } from "../../ui/asked";
import type { Places } from "../api";
import { Labelled, typed } from "../forms/fields";
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
  const {
    answer: places,
    trouble,
    isOpen,
    ask: look,
    drop,
  } = useMemo(() => makeAsked<Places>(), []);
  useEffect(() => drop, []);

  function find() {
    const { address, datum } = form.values.value;
    if (address.trim().length < 3) return;
    void look(() => ask<Places>("GET", "/v1/places", { query: { address, datum } }));
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
            <input {...wired} type="text" autocomplete="off" {...typed(form, "address")} />
            <button type="button" onClick={find} disabled={isOpen.value}>
              {say("find")}
            </button>
          </span>
        )}
      </Labelled>
      <div role="status">
        {trouble.value !== null && <p class="note">{sayProblem(trouble.value)}</p>}
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
