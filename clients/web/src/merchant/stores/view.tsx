/** Stores: the list or the one that is being worked on, and the map beside it. */

import { useEffect } from "preact/hooks";
import { texts } from "../../i18n";
import { href, route } from "../route";
import { storeById } from "../shop";
import { StoreList } from "./list";
import { PlanForm } from "./plan_form";
import { nextPlace, placing, scene } from "./scene";
import { StoreForm } from "./store_form";
import { Street } from "./street";

const say = texts({
  back: ["All stores", "全部门店"],
  store: ["The store", "门店"],
  cats: ["Its cats", "放猫计划"],
  new: ["A new store", "新门店"],
  gone: ["There is no such store any more.", "这家门店已不存在。"],
  parts: ["Parts of the store", "门店设置"],
});

export function StoresView() {
  const [, id] = route.value;
  return (
    <div class={id === undefined ? "beside-map" : "beside-map working"}>
      <div class="panel">{id === undefined ? <StoreList /> : <OneStore key={id} id={id} />}</div>
      <Street />
    </div>
  );
}

function OneStore({ id }: { id: string }) {
  useEffect(
    () => () => {
      scene.value = null;
      placing.value = null;
      nextPlace.value = null;
    },
    [],
  );
  const store = storeById.value.get(id);
  const isCats = route.value[2] === "cats";
  return (
    <>
      <a class="back" href={href("stores")}>
        ← {say("back")}
      </a>
      {id === "new" ? (
        <>
          <h1>{say("new")}</h1>
          <StoreForm store={null} />
        </>
      ) : store === undefined ? (
        <p role="alert">{say("gone")}</p>
      ) : (
        <>
          <h1>{store.name}</h1>
          <nav class="tabs" aria-label={say("parts")}>
            <a href={href("stores", id)} aria-current={isCats ? undefined : "page"}>
              {say("store")}
            </a>
            <a href={href("stores", id, "cats")} aria-current={isCats ? "page" : undefined}>
              {say("cats")}
            </a>
          </nav>
          {isCats ? <PlanForm store={store} /> : <StoreForm store={store} />}
        </>
      )}
    </>
  );
}
