/** Dependencies point one way: integrations → core; gateway → library; demo and bench → anything; nothing → gateway. */
const core = "^packages/recloser/src/(?!integrations/)";
export default {
  forbidden: [
    {
      name: "no-circular",
      comment: "Types may refer to each other; modules that run may not.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "core-knows-no-integration",
      severity: "error",
      from: { path: core },
      to: { path: "^packages/recloser/src/integrations/" },
    },
    {
      name: "library-has-no-runtime-dependencies",
      comment: "The library runs on Node, Bun, Deno and edge runtimes: no packages, no node: modules.",
      severity: "error",
      from: { path: "^packages/recloser/src/", pathNot: "\\.test\\.ts$|/testing/" },
      to: { dependencyTypesNot: ["local"], pathNot: "^packages/recloser/src/" },
    },
    {
      name: "library-knows-no-other-package",
      severity: "error",
      from: { path: "^packages/recloser/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(packages/(?!recloser/)|demo/|bench/)" },
    },
    {
      name: "mock-stands-alone",
      severity: "error",
      from: { path: "^packages/mock-llm/src/" },
      to: { path: "^(packages/(?!mock-llm/)|demo/|bench/)" },
    },
    {
      name: "nothing-needs-the-gateway",
      severity: "error",
      from: { path: "^(packages/(?!gateway/)|bench/)" },
      to: { path: "^packages/gateway/" },
    },
    {
      name: "core-reads-no-clock-of-its-own",
      comment:
        "Time is given. Only a Retry-After that is a date needs the wall clock, and says so in its parameter.",
      severity: "error",
      from: {
        path: "^packages/recloser/src/(outcome|evidence|detect|recover|limit)/",
        pathNot: "\\.test\\.ts$|retry-after\\.ts$",
      },
      to: { path: "^packages/recloser/src/clock\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    exclude: { path: "/dist/|node_modules" },
    tsConfig: { fileName: "tsconfig.test.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
