/** How stores, cats and the player look on the map. */

import { type ComponentChild, render } from "preact";
import { MeMark, Star, StoreMark } from "../art";
import { texts } from "../i18n";
import type { Cluster } from "./clusters";
import type { MarkerKind } from "./markers";
import type { CatOnMap, Me, StoreOnMap } from "./types";

const say = texts({
  stores: ["{count} stores: come nearer", "{count} 家门店：放大查看"],
});

function clear(element: HTMLElement): void {
  render(null, element);
}

/** A real button, with what is on it and a name for those who do not see it. */
function button<Thing>(
  name: string,
  tapped: (thing: Thing) => void,
  draw: (element: HTMLElement, thing: Thing) => { label: string; content: ComponentChild },
): MarkerKind<Thing> {
  return {
    anchor: "bottom",
    make(now) {
      const element = document.createElement("button");
      element.type = "button";
      element.className = `mark ${name}`;
      element.addEventListener("click", () => tapped(now()));
      return element;
    },
    draw(element, thing) {
      const { label, content } = draw(element, thing);
      element.setAttribute("aria-label", label);
      element.title = label;
      render(content, element);
    },
    clear,
  };
}

export function storeMarker(tapped: (store: StoreOnMap) => void): MarkerKind<StoreOnMap> {
  return button("store-mark", tapped, (element, store) => {
    element.classList.toggle("is-closed", store.isClosed === true);
    element.classList.toggle("is-chosen", store.isChosen === true);
    return { label: store.name, content: <StoreMark /> };
  });
}

export function clusterMarker(tapped: (cluster: Cluster) => void): MarkerKind<Cluster> {
  const kind = button("cluster-mark", tapped, (element, cluster: Cluster) => {
    element.classList.toggle("is-large", cluster.count >= 100);
    return { label: say("stores", { count: cluster.count }), content: cluster.count };
  });
  return { ...kind, anchor: "center" };
}

export function catMarker(tapped: (cat: CatOnMap) => void): MarkerKind<CatOnMap> {
  return button("cat-mark", tapped, (element, cat) => {
    element.classList.toggle("is-in-reach", cat.isInReach === true);
    return {
      label: cat.label,
      content: (
        <span class="cat-drawing">
          <img src={`/art/${encodeURIComponent(cat.species)}.svg`} alt="" draggable={false} />
          {cat.hasReward === true && (
            <span class="reward">
              <Star />
            </span>
          )}
        </span>
      ),
    };
  });
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
    clear,
  };
}
