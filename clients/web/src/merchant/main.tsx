import { render } from "preact";
import "../ui/base.css";
import "./merchant.css";
import { App } from "./app";

render(<App />, document.getElementById("page") as HTMLElement);
