declare module "opossum" {
  /** What the lab uses of opossum, which brings no types. */
  export default class CircuitBreaker<Argument> {
    constructor(
      action: (argument: Argument) => Promise<unknown>,
      options: {
        readonly timeout: number | false;
        readonly rollingPercentilesEnabled: boolean;
        readonly enableSnapshots: boolean;
      },
    );
    fire(argument: Argument): Promise<unknown>;
    readonly halfOpen: boolean;
    on(event: "open" | "close" | "halfOpen", listener: () => void): this;
  }
}
