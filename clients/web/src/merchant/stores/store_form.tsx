/** A store: what it is called, where it is, when it is open. */

import { useEffect } from "preact/hooks";
import { texts } from "../../i18n";
import type { Datum, Store } from "../api";
import { change } from "../forms/changing";
import {
  CheckField,
  ChoiceField,
  type Field,
  fieldsOf,
  NumberField,
  TextField,
} from "../forms/fields";
import { type Form, type Saved, useForm } from "../forms/form";
import { Sheet } from "../forms/sheet";
import { useWork } from "../forms/work";
import { post } from "../posting";
import { go } from "../route";
import { ask } from "../session";
import { confirmed } from "../shell/ask";
import { tell } from "../shell/said";
import { dropStore, keepStore, timezones } from "../shop";
import { AddressSearch } from "./address";
import { HoursHelp } from "./hours";
import { draw, nextPlace, placing } from "./scene";
import {
  blank,
  changesOf,
  inDatum,
  newStore,
  onMap,
  placed,
  type StoreValues,
  USUAL_CATCH_M,
  valuesOf,
} from "./store";

const say = texts({
  form: ["Store", "门店"],
  name: ["Name", "名称"],
  ref: ["Your own number", "自有编号"],
  refHint: ["So that an import finds it again. Optional.", "用于再次导入时识别，可不填。"],
  lat: ["Latitude", "纬度"],
  lon: ["Longitude", "经度"],
  datum: ["Map datum", "坐标系"],
  datumHint: [
    "Of the two numbers. Numbers copied from Amap or Tencent are GCJ-02, from Baidu BD-09. The wrong one is 500 m off.",
    "指上面两个数字。来自高德、腾讯的是 GCJ-02，来自百度的是 BD-09。选错会偏约 500 米。",
  ],
  wgs84: ["WGS-84 (GPS, most maps)", "WGS-84（GPS）"],
  gcj02: ["GCJ-02 (Amap, Tencent)", "GCJ-02（高德、腾讯）"],
  bd09: ["BD-09 (Baidu)", "BD-09（百度）"],
  timezone: ["Time zone", "时区"],
  timezoneHint: [
    "Leave it empty: the server finds it by the place.",
    "留空即可：服务器会按位置确定。",
  ],
  timezoneKept: [
    "A store that moves keeps its time zone until you change it.",
    "门店移动后时区不变，需要时请手动修改。",
  ],
  hours: ["Opening hours", "营业时间"],
  catch: ["Catch radius", "捕捉半径"],
  catchHint: [
    "How near a player must be to a cat of this store. 5 to 200 m; {usual} m as a rule.",
    "玩家要走到离猫多近才能捉。5 到 200 米，一般为 {usual} 米。",
  ],
  active: ["The store is in the game", "门店参与游戏"],
  make: ["Put it on the map", "放到地图上"],
  save: ["Save", "保存"],
  made: [
    "{name} is on the map, in the time zone {zone}. Now give it cats.",
    "{name} 已在地图上，时区为 {zone}。接下来为它放猫。",
  ],
  remove: ["Delete the store", "删除门店"],
  sure: ["Delete {name}?", "删除 {name}？"],
  sureText: [
    "Its cats go home and it cannot be brought back. Coupons that players have stay good.",
    "它的猫会离开，且不能恢复。玩家手中的优惠券仍然有效。",
  ],
  yes: ["Delete it", "删除"],
  removed: ["{name} is deleted.", "{name} 已删除。"],
});

const DATUMS = ["wgs84", "gcj02", "bd09"] as const;

export function StoreForm({ store }: { store: Store | null }) {
  const form = useForm<StoreValues>(
    () => (store ? valuesOf(store) : blank(nextPlace.peek())),
    (values) => (store ? changed(store, values) : make(values)),
    store?.id,
  );
  useDrawing(form);

  const labels = {
    name: say("name"),
    ref: say("ref"),
    lat: say("lat"),
    lon: say("lon"),
    datum: say("datum"),
    timezone: say("timezone"),
    opening_hours: say("hours"),
    catch_m: say("catch"),
    active: say("active"),
  };
  const at = fieldsOf(form, labels);
  return (
    <Sheet
      form={form}
      label={say("form")}
      labels={labels}
      action={store ? say("save") : say("make")}
      beside={store && <RemoveStore store={store} />}
    >
      <TextField {...at("name")} />
      <AddressSearch form={form} />
      <fieldset class="pair">
        <Degrees {...at("lat")} />
        <Degrees {...at("lon")} />
      </fieldset>
      <DatumField {...at("datum")} />
      <TextField
        {...at("opening_hours")}
        hint={<HoursHelp onPick={(hours) => form.put("opening_hours", hours)} />}
      />
      <NumberField {...at("catch_m")} unit="m" hint={say("catchHint", { usual: USUAL_CATCH_M })} />
      <TextField
        {...at("timezone")}
        suggested={timezones.value}
        hint={store ? say("timezoneKept") : say("timezoneHint")}
      />
      <TextField {...at("ref")} hint={say("refHint")} />
      {store && <CheckField {...at("active")} />}
    </Sheet>
  );
}

/** Latitude or longitude: numbers that somebody types are that person's, not the map's. */
function Degrees(field: Field<StoreValues>) {
  const { form } = field;
  const typing: Form<StoreValues> = {
    ...form,
    put(which, value) {
      form.put("mapped", false);
      form.put(which, value);
    },
  };
  return <NumberField {...field} form={typing} unit="°" />;
}

function DatumField(field: Field<StoreValues>) {
  const { form } = field;
  const choosing: Form<StoreValues> = {
    ...form,
    put(_, value) {
      form.values.value = inDatum(form.values.value, value as Datum);
    },
  };
  return (
    <ChoiceField
      {...field}
      form={choosing}
      hint={say("datumHint")}
      choices={DATUMS.map((datum) => [datum, say(datum)] as const)}
    />
  );
}

/** The map follows the form, and the form the map. */
function useDrawing(form: Form<StoreValues>): void {
  const values = form.values.value;
  useEffect(() => {
    const reach = values.catch_m === "" ? USUAL_CATCH_M : Number(values.catch_m);
    draw({
      pin: onMap(values),
      name: values.name,
      reach_m: reach > 0 && reach <= 1000 ? reach : null,
      spawn_m: null,
      cats: [],
      area: null,
    });
  }, [values]);
  useEffect(() => {
    placing.value = (place) => {
      form.values.value = placed(form.values.value, place);
    };
    return () => {
      placing.value = null;
    };
  }, [form]);
}

async function make(values: StoreValues): Promise<Saved<StoreValues>> {
  const made = await post<Store>("/v1/stores", newStore(values));
  keepStore(made);
  return {
    said: say("made", { name: made.name, zone: made.timezone }),
    leadsTo: ["stores", made.id, "cats"],
  };
}

function changed(store: Store, values: StoreValues) {
  const body = changesOf(values, store);
  return change<Store, StoreValues>(`/v1/stores/${store.id}`, body, (now) => {
    keepStore(now);
    return valuesOf(now);
  });
}

function RemoveStore({ store }: { store: Store }) {
  const work = useWork({ aloud: true });
  async function remove() {
    const holes = { name: store.name };
    const sure = { title: say("sure", holes), text: say("sureText"), yes: say("yes") };
    if ((await confirmed(sure)) === null) return;
    await ask("DELETE", `/v1/stores/${store.id}`);
    dropStore(store.id);
    tell(say("removed", holes));
    if (work.isOpen()) go("stores");
  }
  return (
    <button type="button" class="danger" onClick={() => work.run(remove)}>
      {say("remove")}
    </button>
  );
}
