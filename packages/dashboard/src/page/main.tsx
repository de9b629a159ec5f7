import "uplot/dist/uPlot.min.css";
import "./css/base.css";
import "./css/overview.css";
import "./css/detail.css";
import { render } from "preact";
import { App } from "./app.js";
import { followKeys } from "./keys.js";
import { start } from "./store.js";
import { followTheme } from "./theme.js";

followTheme();
followKeys();
start();
const page = document.getElementById("page");
if (page !== null) render(<App />, page);
