import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIGURES } from "../figures/figures.js";
import { program } from "./commands.js";
import { timeLeft } from "./progress.js";

/** What the command line writes to its standard output. */
async function written(...args: readonly string[]): Promise<string> {
  let text = "";
  const out = (more: string): void => {
    text += more;
  };
  await program({ out, stderr: process.stderr }).parseAsync(args, { from: "user" });
  return text;
}

function ownFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), "lab-")), "mine.yaml");
  writeFileSync(
    path,
    "title: My <own> outage\nworkers: 5\nwarmUp: 60s\nwatch: 60s\nphases: [{ errors: 1, until: 30s }]\n",
  );
  return path;
}

describe("recloser-lab", () => {
  it("lists the scenarios and the policies", async () => {
    const text = await written("list");
    for (const name of ["dead", "brown-out", "opossum", "recloser-no-slowness"]) expect(text).toContain(name);
  });

  it("compares policies in a user's own scenario: a row for each, and what the headings mean", async () => {
    const text = await written("compare", ownFile(), "--policies", "none,recloser", "--seeds", "2");
    expect(text).toContain("My <own> outage (mine; 5 workers, 1 calls/s each, 2 seeds)");
    expect(text).toMatch(/^none +never +never/m);
    expect(text).toMatch(/^Recloser +\d/m);
    expect(text).toMatch(/^ {2}open s +the same to opening/m);
  });

  it("gives every figure of every policy as JSON", async () => {
    const text = await written("run", ownFile(), "--json", "--policies", "consecutive", "--workers", "7");
    const { name, scenarios } = JSON.parse(text);
    expect(name).toBe("run");
    expect(scenarios[0].rows).toHaveLength(1);
    const [row] = scenarios[0].rows;
    expect(row).toMatchObject({ policy: "consecutive", workers: 7, seeds: [101] });
    expect(Object.keys(row.figures)).toEqual(FIGURES.map(({ id }) => id));
    expect(row.figures.open.mean).toBeGreaterThan(0);
  });

  it("tunes on seeds of its own", async () => {
    const text = await written("run", ownFile(), "--json", "--tuning", "--seeds", "2", "--policies", "none");
    expect(JSON.parse(text).scenarios[0].rows[0].seeds).toEqual([1, 2]);
  });

  it("writes a report that needs no other file and runs no script", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "lab-")), "report.html");
    await written("compare", ownFile(), "--policies", "recloser", "--seeds", "1", "--html", path);
    const html = readFileSync(path, "utf8");
    expect(html).toContain("<h2>My &lt;own&gt; outage</h2>");
    expect(html.match(/<svg/g)?.length).toBe(5);
    // Four lines, and a heat map that shows something open.
    expect(html.match(/aria-label="line"/g)?.length).toBe(4);
    expect(html).toMatch(/aria-label="rect"[\s\S]*fill="#c8402f"/);
    expect(html).not.toMatch(/<script|src=|<link|@import|href="http/);
  });

  it("sweeps a policy's options, and draws how soon it opens against how often it should not", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "lab-")), "sweep.html");
    const well = ["failing-5", "--workers", "4", "--seeds", "1", "--html", path];
    const set = ["--set", "errorThreshold=0.1,0.5", "coolDown.growth=1"];
    const text = await written("sweep", ownFile(), ...well, ...set);
    expect(text).toMatch(/^Recloser: errorThreshold 0\.1, coolDown\.growth 1 /m);
    expect(text).toMatch(/^Recloser: errorThreshold 0\.5, coolDown\.growth 1 /m);
    const html = readFileSync(path, "utf8");
    expect(html).toContain("Detection delay against false opens");
    expect(html.match(/aria-label="dot"/g)?.length).toBe(1);
  });

  it("sets options by a policy's name", async () => {
    const flags = ["--json", "--policies", "consecutive:count=2", "--workers", "4"];
    const { scenarios } = JSON.parse(await written("run", ownFile(), ...flags));
    expect(scenarios[0].rows[0].policy).toBe("consecutive:count=2");
  });

  it("replays and tunes a log", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "lab-")), "calls.csv");
    const rows = Array.from({ length: 3_600 }, (_, second) =>
      second % 600 >= 300 && second % 600 < 360 ? `${second},0.2,503` : `${second},2,200`,
    );
    writeFileSync(path, `start_s,duration_s,status\n${rows.join("\n")}\n`);
    expect(await written("replay", path, "--policies", "recloser")).toMatch(/^Recloser +6 +0 /m);
    const { policies } = JSON.parse(await written("replay", path, "--policies", "recloser", "--json"));
    expect(policies[0].openings).toHaveLength(6);
    expect(await written("tune", path, "--trials", "8")).toMatch(/8 combinations tried on the first 70 %/);
  });

  it.each([
    [["replay", "nowhere.csv"], /There is no file nowhere\.csv/],
    [["replay", ownFile(), "--unit", "h"], /--unit is "h"; give s or ms/],
    [["replay", ownFile(), "--map", "oops"], /--map is "oops"; give a word and what it means/],
    [["tune", ownFile(), "--held-out", "1"], /--held-out is "1"; give a number from 0\.05 to 0\.95/],
    [
      ["sweep", "dead", "--set", "errorThreshold"],
      /--set is "errorThreshold"; write it as errorThreshold=0\.1,0\.3/,
    ],
    [
      ["compare", "dead", "--policies", "recloser,nothing"],
      /no policy "nothing"; there are usual, .*recloser/,
    ],
    [["compare", "nowhere"], /no scenario "nowhere"/],
    [["compare", "dead", "--seeds", "0"], /--seeds is "0"; give a whole number from 1 to 99/],
    [["run", "dead", "--workers", "many"], /--workers is "many"; give a whole number/],
  ])("%j is refused in one sentence", async (args, message) => {
    await expect(written(...args)).rejects.toThrow(message);
  });
});

describe("timeLeft", () => {
  it("goes on as so far", () => {
    expect([timeLeft(0, 0), timeLeft(10_000, 0.5), timeLeft(60_000, 0.1), timeLeft(3_600_000, 0.25)]).toEqual(
      ["…", "10 s", "9 min 0 s", "3 h 0 min"],
    );
  });
});
