// One pass over the built library in whatever runtime runs this. Prints a line of JSON, then has to end by itself:
// nothing here calls exit, so anything that keeps a process alive is found.
import assert from "node:assert/strict";
import { createServer } from "node:http";

const checks = [];
const check = (name, run) => checks.push({ name, run });

/** Runs `work` and counts what it starts that could outlive it. */
async function started(work) {
  const names = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"];
  const real = names.map((name) => [name, globalThis[name]]);
  const seen = [];
  for (const [name, fn] of real)
    globalThis[name] = (...args) => {
      seen.push(name);
      return fn(...args);
    };
  try {
    return { value: await work(), seen };
  } finally {
    for (const [name, fn] of real) globalThis[name] = fn;
  }
}

let recloser;
let recloserFetch;

check("importing runs nothing", async () => {
  const { value, seen } = await started(() =>
    Promise.all([import("recloser"), import("recloser/fetch"), import("recloser/wire")]),
  );
  [recloser, recloserFetch] = value;
  assert.deepEqual(seen, []);
});

/** A circuit that opens at two failures in a row, for 5 s, on a clock that moves when told to. */
function circuitAt() {
  let now = 0;
  const circuit = new recloser.Circuit("provider/model", {
    detector: recloser.consecutive(2),
    probes: { successes: 1 },
    coolDown: { initialMs: 5_000 },
    clock: { now: () => now },
    random: () => 0.5,
  });
  const wait = (ms) => {
    now += ms;
  };
  return { circuit, wait };
}

const unavailable = () => Promise.reject(Object.assign(new Error("no"), { status: 503 }));
const answer = async () => "answer";

check("call: closed, open, half-open, closed", async () => {
  const { circuit, wait } = circuitAt();
  const transitions = [];
  circuit.on("transition", ({ from, to }) => transitions.push(`${from} ${to}`));
  assert.deepEqual(await circuit.call(answer), { ok: true, degraded: false, value: "answer" });
  for (let i = 0; i < 2; i++) {
    const { failure } = await circuit.call(unavailable);
    assert.equal(failure.reason, "overloaded");
  }
  assert.equal(circuit.state, "open");
  const { failure } = await circuit.call(answer);
  assert.deepEqual([failure.kind, failure.reason, failure.retryAfterMs], ["rejected", "open", 5_000]);
  wait(5_000);
  assert.equal(circuit.state, "half-open");
  assert.equal((await circuit.call(answer)).value, "answer");
  assert.equal(circuit.state, "closed");
  assert.deepEqual(transitions, ["closed open", "open half-open", "half-open closed"]);
});

check("admit and settle", () => {
  const { circuit } = circuitAt();
  const { permit } = circuit.admit({ streaming: true });
  permit.progress();
  assert.equal(permit.settle({ verdict: "success", outputTokens: 2 }), true);
  assert.equal(permit.settle({ verdict: "success" }), false);
  for (let i = 0; i < 2; i++) {
    const { permit } = circuit.admit();
    assert.equal(permit.settle({ verdict: "failure", reason: "server-error" }), true);
  }
  const { ok, failure } = circuit.admit();
  assert.deepEqual([ok, failure.reason], [false, "open"]);
  const { totals } = JSON.parse(JSON.stringify(circuit.snapshot()));
  assert.deepEqual([totals.admitted, totals.settled, totals.rejected], [3, 3, { open: 1 }]);
});

check("stream", async () => {
  const { circuit } = circuitAt();
  async function* tokens() {
    yield "a";
    yield "b";
  }
  const outcome = await circuit.stream(tokens);
  const read = [];
  for await (const token of outcome.value) read.push(token);
  assert.deepEqual(read, ["a", "b"]);
  const broken = await circuit.stream(async function* () {
    yield "a";
    await unavailable();
  });
  await assert.rejects(
    async () => {
      for await (const token of broken.value) read.push(token);
    },
    (error) => recloser.CircuitError.isInstance(error) && error.failure.reason === "overloaded",
  );
  assert.equal(circuit.snapshot().inFlight.total, 0);
});

check("a limit passes, and a caller gives up", async () => {
  const circuit = new recloser.Circuit("provider/model");
  let aborted = false;
  const never = ({ signal }) =>
    new Promise(() =>
      signal.addEventListener("abort", () => {
        aborted = true;
      }),
    );
  const { failure } = await circuit.call(never, { timeoutMs: 20 });
  assert.ok(aborted);
  assert.equal(failure.reason, "deadline");
  const caller = new AbortController();
  const call = circuit.call(never, { signal: caller.signal, timeoutMs: 600_000 });
  caller.abort();
  assert.equal((await call).failure.reason, "cancelled");
  assert.equal(circuit.snapshot().inFlight.total, 0);
});

check("Circuits, CircuitError", async () => {
  const circuits = new recloser.Circuits({ maxCircuits: 2 });
  assert.equal(circuits.get("a"), circuits.get("a"));
  circuits.get("a").force("open", { forMs: 60_000, reason: "smoke" });
  for (const name of ["b", "c", "d"]) circuits.get(name);
  assert.equal(circuits.get("a").state, "forced-open");
  const error = await circuits
    .get("a")
    .callOrThrow(answer)
    .catch((thrown) => thrown);
  const wrapped = new Error("wrapped", { cause: error });
  assert.equal(recloser.CircuitError.isInstance(wrapped), true);
  assert.equal(recloser.CircuitError.find(wrapped).failure.reason, "forced-open");
  assert.throws(() => new recloser.Circuit("a", { errorThreshold: 2 }), RangeError);
});

check("fetch: an answer, a stream, failures, a rejection", async () => {
  let status = 200;
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      if (status !== 200) return response.writeHead(status).end("{}");
      if (JSON.parse(body).stream) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const chunk = {
          object: "chat.completion.chunk",
          choices: [{ index: 0, delta: { content: "hello" } }],
        };
        return response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
      }
      const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "hello" } }];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ object: "chat.completion", choices, usage: { completion_tokens: 1 } }));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const settled = [];
  const circuits = new recloser.Circuits({ detector: recloser.consecutive(2) });
  circuits.on("settled", ({ verdict }) => settled.push(verdict.verdict));
  const guarded = recloserFetch.circuitFetch(circuits, { provider: "p" });
  const send = (stream) =>
    guarded(`http://127.0.0.1:${server.address().port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", stream, messages: [] }),
    });
  try {
    assert.equal((await (await send(false)).json()).choices[0].message.content, "hello");
    assert.match(await (await send(true)).text(), /hello[\s\S]*\[DONE\]/);
    status = 500;
    for (let i = 0; i < 2; i++) {
      const failed = await send(false);
      assert.equal(failed.status, 500);
      await failed.text();
    }
    assert.deepEqual(settled, ["success", "success", "failure", "failure"]);
    assert.equal(circuits.get("p/m").state, "open");
    const rejected = await send(false);
    assert.deepEqual([rejected.status, rejected.headers.get("x-should-retry")], [503, "false"]);
    assert.equal((await rejected.json()).error.code, "circuit_open");
    assert.equal(requests, 4);
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
});

const failed = [];
for (const { name, run } of checks) {
  try {
    await run();
  } catch (error) {
    failed.push(`${name}: ${error?.message ?? error}`);
  }
}
console.log(JSON.stringify({ checks: checks.length, failed }));
