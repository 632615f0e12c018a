import { signal } from "@preact/signals";
import { render } from "preact";
import "../ui/base.css";
import { texts } from "../i18n";
import { call } from "../net/api";
import type { Cat, Caught, ServerMessage } from "../net/messages";

const say = texts({
  title: ["Catch the Cat", "捉猫猫"],
  play: ["Play", "开始玩"],
  looking: ["Looking around …", "四处看看……"],
  catch: ["Catch {name}", "捉 {name}"],
});

const cats = signal<ReadonlyMap<string, Cat>>(new Map());
const caught = signal<Caught | null>(null);
const refusal = signal("");
const playing = signal(false);
let socket: WebSocket | null = null;

async function play() {
  const guest = await call<{ token: string }>("POST", "/v1/players");
  const line = new WebSocket(`${location.origin.replace("http", "ws")}/play`, "catcat.v1.json");
  socket = line;
  line.onopen = () => line.send(JSON.stringify({ type: "hello", token: guest.token }));
  line.onmessage = (event) => heard(JSON.parse(event.data));
  playing.value = true;
}

function heard(message: ServerMessage) {
  switch (message.type) {
    case "welcome":
      navigator.geolocation.watchPosition(({ coords }) =>
        socket?.send(
          JSON.stringify({
            type: "fix",
            lat: coords.latitude,
            lon: coords.longitude,
            accuracy_m: coords.accuracy,
            at_ms: Date.now(),
          }),
        ),
      );
      break;
    case "cats": {
      const now = new Map(cats.value);
      for (const cat of message.appear) now.set(cat.id, cat);
      for (const id of message.vanish) now.delete(id);
      cats.value = now;
      break;
    }
    case "encounter":
      setTimeout(
        () =>
          socket?.send(
            JSON.stringify({
              type: "catch",
              attempt: crypto.randomUUID(),
              cat: message.cat,
              ticket: message.ticket,
            }),
          ),
        1500,
      );
      break;
    case "refused":
      refusal.value = message.reason;
      break;
    case "caught":
      caught.value = message;
      break;
  }
}

function Player() {
  if (!playing.value)
    return (
      <main>
        <h1>{say("title")}</h1>
        <button type="button" class="primary" onClick={play}>
          {say("play")}
        </button>
      </main>
    );
  return (
    <main>
      <h1>{say("title")}</h1>
      {caught.value && <output>{caught.value.coupon?.code ?? caught.value.species}</output>}
      <p role="alert">{refusal.value}</p>
      {cats.value.size === 0 && <p>{say("looking")}</p>}
      <ul>
        {[...cats.value.values()].map((cat) => (
          <li key={cat.id}>
            <button
              type="button"
              onClick={() => socket?.send(JSON.stringify({ type: "aim", cat: cat.id }))}
            >
              {say("catch", { name: cat.species })}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}

render(<Player />, document.getElementById("page") as HTMLElement);
