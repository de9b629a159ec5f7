import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseConfig } from "../config/load.js";
import { chat, gatewayFor, mockFor, post } from "../testing/gateway.js";
import { readStateFile, writeStateFile } from "./file.js";
import { StateStore } from "./store.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recloser-state-"));
  file = join(folder, "state");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function logFor() {
  const lines: string[] = [];
  return { lines, log: pino({ level: "debug" }, { write: (line) => void lines.push(line) }) };
}

const bad = "p/mock-fault:error-503";

async function opened(state: { file: string; everyMs?: number }) {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock, { state });
  for (let n = 0; n < 8; n++) await (await chat(gateway, "mock-fault:error-503")).text();
  const admin = { url: gateway.adminUrl };
  await post(admin, "/api/circuits/force", { circuit: bad, to: "open", forMs: 600_000, reason: "stays so" });
  return { mock, gateway };
}

describe("a restart", () => {
  it("goes on with what circuits had learned", async () => {
    const { mock, gateway } = await opened({ file });
    await gateway.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["state"]);
    const next = await gatewayFor(mock, { state: { file } });
    expect(next.circuits.get(bad).state).toBe("forced-open");
    const before = mock.attemptsTotal();
    expect((await chat(next, "mock-fault:error-503")).status).toBe(503);
    expect(mock.attemptsTotal()).toBe(before);
  });

  it("after a kill too: the file is written while it runs", async () => {
    const { mock } = await opened({ file, everyMs: 100 });
    await expect.poll(() => existsSync(file) && readFileSync(file, "utf8")).toContain('"forced-open"');
    const next = await gatewayFor(mock, { state: { file } });
    expect(next.circuits.get(bad).state).toBe("forced-open");
  });

  it.each([
    ["back by an hour: what was saved is new", -3_600_000, "forced-open"],
    ["back by a day, so that the file is from the future: likewise", -86_400_000, "forced-open"],
    ["forward by more than a day: what was saved is too old", 86_400_000 + 60_000, "closed"],
    ["forward by years: likewise", 3 * 365 * 86_400_000, "closed"],
  ])("with the clock %s", async (_, jumpMs, state) => {
    const { mock, gateway } = await opened({ file });
    await gateway.close();
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + jumpMs);
    const next = await gatewayFor(mock, { state: { file } });
    expect(next.circuits.get(bad).state).toBe(state);
    // It would stay so for ten minutes, whatever the clock says, and not for a day.
    if (state === "forced-open") expect(next.circuits.get(bad).snapshot().endsInMs).toBeLessThan(600_001);
    expect((await chat(next, "good")).status).toBe(200);
  });

  it.each([
    ["garbage", "\u0000\u0001\u0002", "it is no state file"],
    ["empty", "", "it is no state file"],
    ["another program's", '{"a":1}\n', "it is no state file"],
    ["of an older version", '{"recloser":"state","version":0,"circuits":0}\n', "it is of version 0"],
    ["of a newer version", '{"recloser":"state","version":2,"circuits":0}\n', "it is of version 2"],
    ["cut short", '{"recloser":"state","version":1,"circuits":2}\n{"worker":1', "it is damaged"],
    ["damaged inside", '{"recloser":"state","version":1,"circuits":1}\n{"worker":"1"}\n', "it is damaged"],
  ])("a file that is %s is a warning and a fresh start", async (_, text, why) => {
    writeFileSync(file, text);
    const gateway = await gatewayFor(await mockFor(), { state: { file } });
    expect(gateway.lines.join("")).toContain(`cannot be used (${why}); circuits start without it.`);
    expect((await chat(gateway, "good")).status).toBe(200);
    await gateway.close();
    expect((await readStateFile(file, logFor().log)).get(1)).toHaveLength(1);
  });

  it("a memory that this version cannot read is passed over, the others are not", async () => {
    const { mock, gateway } = await opened({ file });
    await gateway.close();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const header = JSON.parse(lines[0] ?? "") as { circuits: number };
    const odd = JSON.stringify({ worker: 1, circuit: "p/odd", at: Date.now(), memory: { version: 99 } });
    const none = JSON.stringify({ worker: 1, circuit: "p/none", at: Date.now() });
    const all = [JSON.stringify({ ...header, circuits: header.circuits + 2 }), odd, none, ...lines.slice(1)];
    writeFileSync(file, all.join("\n"));
    const next = await gatewayFor(mock, { state: { file } });
    expect(next.circuits.get(bad).state).toBe("forced-open");
    expect(next.circuits.get("p/odd").state).toBe("closed");
  });
});

describe("a state file that was cut", () => {
  it("at any byte is refused whole, or is as good as whole", async () => {
    const { gateway } = await opened({ file });
    await gateway.close();
    const whole = readFileSync(file);
    const { log, lines } = logFor();
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(file, whole.subarray(0, length));
      expect((await readStateFile(file, log)).size, `${length}`).toBe(0);
      expect(lines.pop()).toContain("cannot be used");
    }
    // But for the last line end.
    writeFileSync(file, whole.subarray(0, -1));
    expect((await readStateFile(file, log)).size).toBe(1);
    expect(lines).toEqual([]);
  });
});

describe("the state file", () => {
  const config = (more: object = {}) =>
    parseConfig({ providers: [{ upstream: "http://a" }], state: { file }, ...more });
  const memory = (circuit: string) => ({ circuit, at: 1, json: '{"version":1}' });

  it("is never half written: a reader sees the old one or the new one", async () => {
    await writeStateFile(file, new Map([[1, [memory("old")]]]));
    // The temporary file cannot be made: the old one stays.
    mkdirSync(`${file}.${process.pid}.tmp`);
    await expect(writeStateFile(file, new Map([[1, [memory("new")]]]))).rejects.toThrow(/EISDIR/);
    expect((await readStateFile(file, logFor().log)).get(1)?.[0]?.circuit).toBe("old");
  });

  it("that cannot be written is said once, and once more when it can", async () => {
    const { log, lines } = logFor();
    const blocked = join(folder, "none", "state");
    const store = await StateStore.open(config({ state: { file: blocked } }), log);
    for (let n = 0; n < 3; n++) {
      store.put(1, [memory(`c${n}`)]);
      await store.save();
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("(ENOENT); a restart would forget what was learned. Calls are not affected.");
    mkdirSync(join(folder, "none"));
    await store.save();
    expect(lines[1]).toContain("is written again");
    expect((await readStateFile(blocked, log)).get(1)).toHaveLength(3);
  });

  it("that is a device is left alone", async () => {
    await expect(writeStateFile("/dev/null", new Map())).rejects.toThrow("it is no regular file");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it("of fewer workers is shared by more; the number kept of each is bounded", async () => {
    const { log } = logFor();
    await writeStateFile(
      file,
      new Map([
        [1, [memory("a")]],
        [2, [memory("b")]],
      ]),
    );
    const store = await StateStore.open(config({ workers: 3, limits: { maxCircuits: 2 } }), log);
    expect([1, 2, 3].map((n) => store.of(n).map(({ circuit }) => circuit))).toEqual([["a"], ["b"], ["a"]]);
    store.put(1, [memory("c"), memory("d"), memory("c")]);
    expect(store.of(1).map(({ circuit }) => circuit)).toEqual(["d", "c"]);
  });

  it("credentials' circuits are taken up only where their names last", async () => {
    const { log } = logFor();
    await writeStateFile(file, new Map([[1, [memory("p/m"), memory("p/m#k-12345678")]]]));
    const names = async (more: object) =>
      (await StateStore.open(config(more), log)).of(1).map(({ circuit }) => circuit);
    expect(await names({})).toEqual(["p/m"]);
    expect(await names({ credentials: { hashKey: "0123456789abcdef" } })).toEqual(["p/m", "p/m#k-12345678"]);
  });
});
