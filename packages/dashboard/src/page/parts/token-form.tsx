import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { connect } from "../store.js";
import { isToken, keepToken } from "../token.js";

export function TokenForm({ wrong }: { readonly wrong: boolean }): VNode {
  const problem = useSignal(wrong ? "That is not the token. Try again." : "");
  return (
    <main class="locked">
      <h1>This page needs the admin token</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = String(new FormData(event.currentTarget).get("token") ?? "").trim();
          if (!isToken(token)) {
            problem.value = "A token has no spaces and no special letters.";
            return;
          }
          keepToken(token);
          connect();
        }}
      >
        <label>
          Token <input name="token" type="password" autocomplete="current-password" required />
        </label>{" "}
        <button type="submit">Show</button>
      </form>
      <p role="alert">{problem.value}</p>
      <p class="muted">It is kept for this tab, and sent to this server only.</p>
    </main>
  );
}
