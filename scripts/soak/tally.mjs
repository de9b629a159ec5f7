// What the provider saw, counted as it goes, so that neither it nor the driver keeps it.

export function createTally(mock) {
  const ends = {};
  const faults = {};
  let total = 0;
  let counted = 0;
  let streams = 0;
  let open = [];

  function count(attempt) {
    counted++;
    if (attempt.stream) streams++;
    faults[attempt.fault] = (faults[attempt.fault] ?? 0) + 1;
    ends[attempt.end] = (ends[attempt.end] ?? 0) + 1;
  }

  return {
    /** Takes over what the mock has listed since the last time, of which it keeps 100,000 at most. */
    collect() {
      total += mock.attemptsTotal();
      const all = open.concat(mock.attempts());
      mock.clear();
      open = all.filter(({ end }) => end === "pending");
      for (const attempt of all) if (attempt.end !== "pending") count(attempt);
    },
    /** `missed` is not 0 when `collect` was called too rarely. */
    result() {
      return {
        total,
        streams,
        faults,
        ends,
        pending: open.length,
        missed: total - counted - open.length,
      };
    },
  };
}
