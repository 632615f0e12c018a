import { signal } from "@preact/signals";
import { render } from "preact";
import "../ui/base.css";
import { texts } from "../i18n";
import { call } from "../net/api";

const say = texts({
  title: ["Your stores", "我的门店"],
  key: ["Key", "密钥"],
  signIn: ["Sign in", "登录"],
});

interface Store {
  id: string;
  name: string;
}

const stores = signal<Store[] | null>(null);

async function signIn(event: SubmitEvent) {
  event.preventDefault();
  const key = new FormData(event.target as HTMLFormElement).get("key") as string;
  stores.value = (await call<{ items: Store[] }>("GET", "/v1/stores", { key })).items;
}

function Merchant() {
  return (
    <main>
      <h1>{say("title")}</h1>
      {stores.value === null ? (
        <form onSubmit={signIn}>
          <label>
            {say("key")} <input name="key" type="password" autocomplete="current-password" />
          </label>
          <button type="submit" class="primary">
            {say("signIn")}
          </button>
        </form>
      ) : (
        <ul>
          {stores.value.map((store) => (
            <li key={store.id}>{store.name}</li>
          ))}
        </ul>
      )}
    </main>
  );
}

render(<Merchant />, document.getElementById("page") as HTMLElement);
