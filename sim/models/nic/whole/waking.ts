/**
 * The ready queues: who must be queued, and who may be. A slot is queued while its owner sleeps on something that is there, and
 * hardware has some cycles to find out. So of any stretch of time each slot was queued for certain, possibly, or not.
 */
import type { Tenant } from "./nic.ts";
import type { Timed } from "./timed.ts";

/** Cycles in which news reaches the queues, whatever else they do: a few for each slot, of each engine. */
export const newsDelay = 400;

export const causes = ["rx", "tx"] as const;
export type Cause = (typeof causes)[number];
/** Whose queue a slot goes to, and where in it. */
export interface Place {
  readonly hart: number;
  readonly priority: number;
}

const all = <T>(timed: Timed<T>, first: number, last: number, holds: (value: T) => boolean): boolean =>
  timed.possible(first, last).every(holds);
const some = <T>(timed: Timed<T>, first: number, last: number, holds: (value: T) => boolean): boolean =>
  timed.possible(first, last).some(holds);

/** Room to send for an owner who wants `room` bytes at least. */
const isRoomy = ({ life }: Tenant, head: number, tail: number): boolean => life.transmit.free(head, tail) >= Math.max(1, life.room);

/** What the owner sleeps on was there all the time. */
const isThere = (tenant: Tenant, cause: Cause, first: number, last: number): boolean => {
  const { life, sender } = tenant;
  if (cause === "rx") return all(life.tail, first, last, (tail) => all(life.head, first, last, (head) => head !== tail));
  if (sender.outside) return false;
  return all(sender.tails, first, last, (tail) => all(sender.heads, first, last, (head) => isRoomy(tenant, head, tail)));
};
/** It may have been there. What is read of a transmit ring is seen late, so all of it may have been. */
const mayBeThere = (tenant: Tenant, cause: Cause, first: number, last: number): boolean => {
  const { life, sender } = tenant;
  if (cause === "rx") return some(life.tail, first, last, (tail) => some(life.head, first, last, (head) => head !== tail));
  return sender.outside || isRoomy(tenant, 0, 0);
};

/** It was queued for this cause in all of these cycles. */
export const isQueued = (tenant: Tenant, cause: Cause, first: number, last: number): boolean =>
  tenant.life.isOpen(first - newsDelay, last) &&
  all(tenant.life.sleeps[cause], first - newsDelay, last, (sleeps) => sleeps) &&
  isThere(tenant, cause, first - newsDelay, last);
/** It may have been in one of them. */
export const mayBeQueued = (tenant: Tenant, cause: Cause, first: number, last: number): boolean =>
  tenant.life.mayBeOpen(first, last) &&
  some(tenant.life.sleeps[cause], first, last, (sleeps) => sleeps) &&
  mayBeThere(tenant, cause, first - newsDelay, last);
/** Whether its owner may be in a place of which something holds; whether it is for certain. */
export const isAt = ({ life }: Tenant, first: number, last: number, holds: (place: Place) => boolean): boolean =>
  all(life.place, first - newsDelay, last, holds);
export const mayBeAt = ({ life }: Tenant, first: number, last: number, holds: (place: Place) => boolean): boolean =>
  some(life.place, first, last, holds);
