/** What goes wrong, from the onset on. */
export type Fault =
  | { readonly kind: "none" }
  /** Each call fails at once with this probability; 1 is a dead provider. */
  | { readonly kind: "errors"; readonly share: number }
  /** No answer at all. */
  | { readonly kind: "hang" }
  /** Times as long to the first token, and for each token after it. */
  | { readonly kind: "slow"; readonly firstToken: number; readonly token: number }
  /** Dead, and up for the last `upShare` of each period. */
  | { readonly kind: "flapping"; readonly periodS: number; readonly upShare: number }
  /** Well, but dead for the first `lastS` of each period. */
  | { readonly kind: "blips"; readonly periodS: number; readonly lastS: number };

/** What a provider is like at one moment. */
export interface Condition {
  readonly failing: number;
  readonly hangs: boolean;
  readonly firstToken: number;
  readonly token: number;
}

export const WELL: Condition = { failing: 0, hangs: false, firstToken: 1, token: 1 };
const DEAD: Condition = { ...WELL, failing: 1 };
const HANGING: Condition = { ...WELL, hangs: true };

/** The provider's condition so long after the onset, as a function that allocates nothing. Before the onset it is well. */
export function conditions(fault: Fault): (sinceOnsetS: number) => Condition {
  const during = duringFault(fault);
  return (sinceOnsetS) => (sinceOnsetS < 0 ? WELL : during(sinceOnsetS));
}

function duringFault(fault: Fault): (sinceOnsetS: number) => Condition {
  switch (fault.kind) {
    case "none":
      return () => WELL;
    case "errors": {
      const failing: Condition = { ...WELL, failing: fault.share };
      return () => failing;
    }
    case "hang":
      return () => HANGING;
    case "slow": {
      const slow: Condition = { ...WELL, firstToken: fault.firstToken, token: fault.token };
      return () => slow;
    }
    case "flapping": {
      const deadS = fault.periodS * (1 - fault.upShare);
      return (sinceOnsetS) => (sinceOnsetS % fault.periodS < deadS ? DEAD : WELL);
    }
    case "blips":
      return (sinceOnsetS) => (sinceOnsetS % fault.periodS < fault.lastS ? DEAD : WELL);
  }
}
