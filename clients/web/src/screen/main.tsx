import { render } from "preact";
import "../ui/base.css";
import { texts } from "../i18n";

const say = texts({ title: ["Catch the Cat, live", "捉猫猫 现场"] });

function Screen() {
  return (
    <main>
      <h1>{say("title")}</h1>
    </main>
  );
}

render(<Screen />, document.getElementById("page") as HTMLElement);
