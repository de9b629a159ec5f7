import type { Detector, DetectorFactory } from "../detect/detector.js";
import { Guarded } from "../detect/guarded.js";
import type { Ledger, Ticket } from "../permit.js";
import {
  Baseline,
  type HealthyCalls,
  perTokenMs,
  type SavedBaseline,
  SHORTEST_DEADLINE_MS,
} from "./baseline.js";
import { CallRate, type SavedRate } from "./call-rate.js";
import { InFlight } from "./in-flight.js";
import { RollingWindow } from "./window.js";

export interface EvidencePolicy {
  readonly detector: DetectorFactory;
  readonly errorThreshold: number;
  readonly errorThresholdWithFallback: number;
  readonly falseOpensPerDay: number;
  readonly stallDeadlineMs: { readonly streaming: number | undefined; readonly unary: number | undefined };
}

/** Below this level of slowness, what is seen may be learned as healthy. */
const CALM_BELOW = 0.5;
/** A proof counts twice: so the deadline grows by half. */
const DOUBT_FACTOR = 0.75;
/** Calls of one kind that are admitted within this time of each other tell one story. */
const WITNESS_EACH_MS = 250;
/** The stall deadlines are worked out anew after this long, besides whenever something is learned. */
const EXPECT_EACH_MS = 60_000;
/** Pending unary calls older than the healthy p90 are no survivors of anything. */
const LATE = 2;

/** Everything a circuit has learned: the last minute, the calls in flight, the baseline, the rate, and the meters. */
export class Evidence {
  readonly window: RollingWindow;
  readonly inFlight: Ledger;
  readonly meters: Required<Detector>;
  readonly #policy: EvidencePolicy;
  readonly #baseline: Baseline;
  readonly #rate: CallRate;
  /** When the stall deadlines were last worked out. */
  readonly #expectedAt: { streaming: number; unary: number };
  readonly #witnessAt = { streaming: -Infinity, unary: -Infinity };
  #calledAt = -Infinity;
  /** Whether calls have stalled since the circuit last closed. */
  readonly #stalledSince = { streaming: false, unary: false };
  #calm = true;

  constructor(policy: EvidencePolicy, now: number) {
    this.#policy = policy;
    this.#expectedAt = { streaming: now, unary: now };
    this.window = new RollingWindow(now);
    this.#baseline = new Baseline(now);
    this.#rate = new CallRate(now);
    this.inFlight = new InFlight<Ticket>({
      streaming: this.#deadlineMs(true, now),
      unary: this.#deadlineMs(false, now),
    });
    const { detector, errorThreshold, errorThresholdWithFallback, falseOpensPerDay } = policy;
    this.meters = new Guarded(
      detector({
        errorThreshold,
        errorThresholdWithFallback,
        falseOpensPerDay,
        now,
        callsPerSecond: () => this.#rate.perSecond,
        healthy: (streaming) => this.#baseline.of(streaming),
        youngUnary: () => this.inFlight.youngUnary(LATE),
      }),
    );
  }

  get callsPerSecond(): number {
    return this.#rate.perSecond;
  }

  /** When a call was last judged, or rejected on grounds of health. */
  get calledAt(): number {
    return this.#calledAt;
  }

  healthy(streaming: boolean): HealthyCalls {
    return this.#baseline.of(streaming);
  }

  /** A call was judged, or rejected on grounds of health. */
  called(now: number): void {
    this.#calledAt = now;
    this.#rate.called(now);
  }

  /** How slow it is, by the meters; from `CALM_BELOW` on nothing more is learned as healthy. */
  slowness(now: number): number {
    const slowness = this.meters.slowness(now);
    this.#calm = slowness < CALM_BELOW;
    return slowness;
  }

  get calm(): boolean {
    return this.#calm;
  }

  admitted(ticket: Ticket, now: number): void {
    const kind = ticket.streaming ? "streaming" : "unary";
    if (ticket.holdsPlace && now - this.#witnessAt[kind] >= WITNESS_EACH_MS) {
      this.#witnessAt[kind] = now;
      ticket.witness = true;
    }
    // What was proved once fades.
    if (now - this.#expectedAt[kind] >= EXPECT_EACH_MS) this.#expect(ticket.streaming, now);
    this.inFlight.enter(ticket);
  }

  /** A first token that counts. */
  firstToken(ticket: Ticket, now: number): void {
    // First what it says against the baseline, then what the baseline learns from it.
    this.meters.firstToken(ticket, now);
    if (ticket.streaming) this.#waited(ticket, now);
  }

  /** A good end that counts. */
  succeeded(ticket: Ticket, outputTokens: number | undefined, now: number): void {
    const pace = perTokenMs(ticket, outputTokens, now);
    this.meters.succeeded(ticket, now, pace);
    // A streaming call that reported no token has waited for all of its answer.
    if (ticket.firstTokenAt === undefined) this.#waited(ticket, now);
    if (pace !== undefined && ticket.witness) this.#baseline.paced(ticket.streaming, pace, this.#calm, now);
  }

  /** A first sign of life, whoever's: one that came after the learned deadline proves that too short. */
  answered({ streaming, admittedAt }: Ticket, now: number): void {
    const waitMs = now - admittedAt;
    if (waitMs < SHORTEST_DEADLINE_MS || waitMs <= this.#baseline.unprovenDeadlineMs(streaming)) return;
    this.#baseline.proved(streaming, waitMs, now);
    this.#expect(streaming, now);
  }

  /** A call of a closed circuit has passed its stall deadline. */
  stalled(streaming: boolean): void {
    this.#stalledSince[streaming ? "streaming" : "unary"] = true;
  }

  /**
   * The opening was contested. Where calls had stalled, the deadline may have been too short for some of them: they were
   * given up, and could not prove it.
   */
  doubt(now: number): void {
    for (const kind of ["streaming", "unary"] as const) {
      const streaming = kind === "streaming";
      if (!this.#stalledSince[kind]) continue;
      this.#baseline.proved(streaming, DOUBT_FACTOR * this.inFlight.deadlineMs(streaming), now);
      this.#expect(streaming, now);
    }
    this.#stalledSince.streaming = this.#stalledSince.unary = false;
  }

  #waited(ticket: Ticket, now: number): void {
    const { streaming } = ticket;
    // It learns from those who testify: else what is said would be held against another crowd.
    if (!ticket.witness) return;
    if (this.#baseline.waited(streaming, now - ticket.admittedAt, this.#calm, now))
      this.#expect(streaming, now);
  }

  /** The state has changed. */
  reset(now: number): void {
    this.meters.reset(now);
    this.#calm = true;
  }

  /** How long the `failedProbes`-th probe that failed in a row may go without a sign of life before it is given up. */
  patienceMs(streaming: boolean, failedProbes: number, now: number): number {
    return this.#given(streaming) ?? this.#baseline.patienceMs(streaming, failedProbes, now);
  }

  #expect(streaming: boolean, now: number): void {
    this.#expectedAt[streaming ? "streaming" : "unary"] = now;
    this.inFlight.expect(streaming, this.#deadlineMs(streaming, now), this.#baseline.of(streaming).wait);
  }

  #deadlineMs(streaming: boolean, now: number): number {
    return this.#given(streaming) ?? this.#baseline.stallDeadlineMs(streaming, now);
  }

  /** A number given is used as it is. */
  #given(streaming: boolean): number | undefined {
    return streaming ? this.#policy.stallDeadlineMs.streaming : this.#policy.stallDeadlineMs.unary;
  }

  /** A stored deadline, within what may have been learned. */
  #sound(streaming: boolean, storedMs: number, now: number): number {
    const longest = Math.max(this.#baseline.longestMs(streaming), this.#deadlineMs(streaming, now));
    return Math.min(longest, Math.max(SHORTEST_DEADLINE_MS, storedMs));
  }

  save(now: number): SavedEvidence {
    return {
      rate: this.#rate.save(now),
      baseline: this.#baseline.save(now),
      meters: this.meters.save(now),
      calm: this.#calm,
      stalledSince: { ...this.#stalledSince },
      deadlineMs: { streaming: this.inFlight.deadlineMs(true), unary: this.inFlight.deadlineMs(false) },
      expectedAgoMs: { streaming: now - this.#expectedAt.streaming, unary: now - this.#expectedAt.unary },
      witnessAgoMs: {
        streaming: Math.min(WITNESS_EACH_MS, now - this.#witnessAt.streaming),
        unary: Math.min(WITNESS_EACH_MS, now - this.#witnessAt.unary),
      },
    };
  }

  restore(saved: SavedEvidence, now: number): void {
    this.#rate.restore(saved.rate, now);
    this.#baseline.restore(saved.baseline, now);
    this.meters.restore(saved.meters, now);
    this.#calm = saved.calm;
    this.#stalledSince.streaming = saved.stalledSince.streaming;
    this.#stalledSince.unary = saved.stalledSince.unary;
    this.#witnessAt.streaming = now - saved.witnessAgoMs.streaming;
    this.#witnessAt.unary = now - saved.witnessAgoMs.unary;
    for (const kind of ["streaming", "unary"] as const) {
      const streaming = kind === "streaming";
      // Also where another one was stored.
      const deadlineMs = this.#given(streaming) ?? this.#sound(streaming, saved.deadlineMs[kind], now);
      this.inFlight.expect(streaming, deadlineMs, this.#baseline.of(streaming).wait);
      this.#expectedAt[kind] = now - saved.expectedAgoMs[kind];
    }
  }
}

export interface SavedEvidence {
  readonly rate: SavedRate;
  readonly baseline: SavedBaseline;
  readonly meters: unknown;
  readonly calm: boolean;
  readonly stalledSince: { readonly streaming: boolean; readonly unary: boolean };
  readonly deadlineMs: { readonly streaming: number; readonly unary: number };
  readonly expectedAgoMs: { readonly streaming: number; readonly unary: number };
  readonly witnessAgoMs: { readonly streaming: number; readonly unary: number };
}
