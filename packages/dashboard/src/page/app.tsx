import { useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { tabTitle } from "../words/sentence.js";
import { Detail } from "./detail/detail.js";
import { Overview } from "./overview.js";
import { Announcer } from "./parts/announcer.js";
import { Masthead } from "./parts/masthead.js";
import { Stale } from "./parts/stale.js";
import { TokenForm } from "./parts/token-form.js";
import { route } from "./route.js";
import { allRows, connection, staleSince } from "./store.js";

export function App(): VNode {
  useSignalEffect(() => {
    const stale = staleSince.value === undefined ? "" : "Stale: ";
    document.title = stale + tabTitle(allRows.value);
    const worst = allRows.value[0]?.standing ?? "closed";
    const icon =
      worst === "open" || worst === "forced-open" ? "trouble" : worst === "closed" ? "closed" : "probing";
    const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    const href = `/${icon}.svg`;
    if (link !== null && link.getAttribute("href") !== href) link.setAttribute("href", href);
  });
  return (
    <>
      <Masthead />
      <Stale />
      <Announcer />
      <View />
    </>
  );
}

function View(): VNode {
  const state = connection.value;
  const { circuit } = route.value;
  if (state.kind === "token") return <TokenForm wrong={state.wrong} />;
  return circuit === undefined ? <Overview /> : <Detail key={circuit} circuit={circuit} />;
}
