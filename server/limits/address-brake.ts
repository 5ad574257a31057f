import type { Clock } from '../clock.ts';
import { type BrakeRule, FailureBrake } from './failure-brake.ts';
import { networksOf, sharesOf } from './network-of.ts';

/**
 * Slows addresses that fail again and again. A failure counts for the address and for the IPv6 networks of 56 and 48 bits around
 * it, which may fail a few times as often as one address before they have to wait.
 */
export class AddressBrake {
  readonly #brake: FailureBrake;

  constructor(rule: BrakeRule, clock: Clock) {
    this.#brake = new FailureBrake(rule, clock);
  }

  /** Seconds until `address` may try again; 0 for now. */
  wait(address: string): number {
    return Math.max(...networksOf(address).map((network) => this.#brake.wait(network)));
  }

  /** Counts a failure. Count an attempt before its outcome is known, so that many at a time are no way around. */
  failed(address: string): void {
    for (const network of networksOf(address)) this.#brake.failed(network, sharesOf(network));
  }

  /** Takes back one `failed`: the attempt was good. */
  succeeded(address: string): void {
    for (const network of networksOf(address)) this.#brake.succeeded(network);
  }
}
