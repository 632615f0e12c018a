import { render } from "preact";
import "../ui/base.css";
import "./css/page.css";
import "./css/words.css";
import "./css/welcome.css";
import "./css/settings.css";
import "./css/street.css";
import "./css/cats.css";
import "./css/hunt.css";
import "./css/won.css";
import "./css/wallet.css";
import "./css/album.css";
import { App } from "./app";
import { begin } from "./game";

begin();
render(<App />, document.getElementById("page") as HTMLElement);
