/** All stores of the merchant: searched, a page at a time. */

import { useSignal } from "@preact/signals";
import { Scene } from "../../art";
import { texts } from "../../i18n";
import type { Store } from "../api";
import { href } from "../route";
import { SaveFile } from "../shell/save_file";
import { campaignById, stores } from "../shop";
import { found } from "./search";

const say = texts({
  title: ["Stores", "门店"],
  search: ["Search by name, address or number", "按名称、地址或编号搜索"],
  new: ["New store", "新建门店"],
  import: ["Import a file", "导入文件"],
  csv: ["Export CSV", "导出 CSV"],
  geojson: ["Export GeoJSON", "导出 GeoJSON"],
  some: ["{shown} of {all} stores", "{all} 家门店，显示 {shown} 家"],
  more: ["Show more", "显示更多"],
  none: [
    "No stores yet. Click the map where your first one is.",
    "还没有门店。点击地图上第一家门店的位置。",
  ],
  nobody: ["No store is called that.", "没有匹配的门店。"],
  paused: ["paused", "已暂停"],
  noCats: ["no cats yet", "还没有猫"],
  cats: ["{n} cats", "{n} 只猫"],
  plain: ["without coupons", "无优惠券"],
});

const PAGE = 50;

export function StoreList() {
  const text = useSignal("");
  const most = useSignal(PAGE);
  const all = stores.value ?? [];
  const matching = found(all, text.value);
  const listed = matching.slice(0, most.value);

  return (
    <>
      <div class="heading">
        <h1>{say("title")}</h1>
        <a class="button primary" href={href("stores", "new")}>
          {say("new")}
        </a>
      </div>
      {all.length === 0 ? (
        <div class="empty">
          <Scene name="no-stores" />
          <p>{say("none")}</p>
        </div>
      ) : (
        <>
          <div class="field">
            <label for="search">{say("search")}</label>
            <input
              id="search"
              type="search"
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
                most.value = PAGE;
              }}
            />
          </div>
          <p class="hint" role="status">
            {matching.length === 0
              ? say("nobody")
              : say("some", { shown: listed.length, all: matching.length })}
          </p>
          <ul class="rows">
            {listed.map((store) => (
              <Row key={store.id} store={store} />
            ))}
          </ul>
          {listed.length < matching.length && (
            <button type="button" class="wide" onClick={() => (most.value += PAGE)}>
              {say("more")}
            </button>
          )}
        </>
      )}
      <div class="actions quiet-actions">
        <a class="button" href={href("import")}>
          {say("import")}
        </a>
        {all.length > 0 && (
          <>
            <SaveFile path="/v1/stores.csv" name="stores.csv" label={say("csv")} />
            <SaveFile path="/v1/stores.geojson" name="stores.geojson" label={say("geojson")} />
          </>
        )}
      </div>
    </>
  );
}

function Row({ store }: { store: Store }) {
  const plan = store.spawn_plan;
  const campaign = plan?.campaign ? campaignById.value.get(plan.campaign) : undefined;
  return (
    <li>
      <a class="row" href={href("stores", store.id)}>
        <strong>{store.name}</strong>
        {store.address && <span class="soft">{store.address}</span>}
        <span class="badges">
          {store.state === "paused" && <span class="badge warn">{say("paused")}</span>}
          {plan === null || plan.cats_alive === 0 ? (
            <span class="badge">{say("noCats")}</span>
          ) : (
            <>
              <span class="badge cat">{say("cats", { n: plan.cats_alive })}</span>
              <span class="badge">{campaign?.title ?? say("plain")}</span>
            </>
          )}
        </span>
      </a>
    </li>
  );
}
