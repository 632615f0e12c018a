/** How stores, cats and the player look on the map. */

import { render } from "preact";
import { MeMark, StoreMark } from "../art";
import type { MarkerKind } from "./markers";
import type { CatOnMap, Me, StoreOnMap } from "./types";

type Tapped = (id: string) => void;

function button(name: string, id: string, tapped: Tapped): HTMLElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = `mark ${name}`;
  element.addEventListener("click", (event) => {
    event.stopPropagation();
    tapped(id);
  });
  return element;
}

export function storeMarker(tapped: Tapped): MarkerKind<StoreOnMap> {
  return {
    anchor: "bottom",
    make: (store) => button("store-mark", store.id, tapped),
    draw(element, store) {
      element.setAttribute("aria-label", store.name);
      element.title = store.name;
      element.classList.toggle("is-closed", store.isClosed === true);
      element.classList.toggle("is-chosen", store.isChosen === true);
      render(<StoreMark />, element);
    },
  };
}

export function catMarker(tapped: Tapped): MarkerKind<CatOnMap> {
  return {
    anchor: "bottom",
    make: (cat) => button("cat-mark", cat.id, tapped),
    draw(element, cat) {
      element.setAttribute("aria-label", cat.label);
      element.classList.toggle("is-in-reach", cat.isInReach === true);
      render(
        <>
          <img src={`/art/${cat.species}.svg`} alt="" draggable={false} />
          {cat.hasReward === true && <span class="reward">★</span>}
        </>,
        element,
      );
    },
  };
}

export function meMarker(): MarkerKind<Me & { id: string }> {
  return {
    anchor: "center",
    make() {
      const element = document.createElement("div");
      element.className = "me-mark";
      return element;
    },
    draw(element, me) {
      render(<MeMark heading={me.heading_deg} />, element);
    },
  };
}
