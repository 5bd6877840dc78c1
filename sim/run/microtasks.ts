/**
 * Running everything that can run. The scheduler may take the next step once every task is parked, which is when
 * JavaScript's microtask queue is empty. Node has a function that empties it, from outside of a microtask; it is the one
 * that Node itself calls after each callback, and has been there under this name since Node 0.10. Should it go, the
 * scheduler falls back on `process.nextTick`, which is public and says the same, at a higher price per step.
 *
 * Counting parked tasks instead is no faster than this and wrong as soon as one task waits for two things at once.
 */
interface WithTickCallback {
  readonly _tickCallback?: () => void;
}

/** Runs all microtasks now; null where that is not possible. Not to be called from a microtask, where it does nothing. */
export const drainMicrotasks: (() => void) | null =
  process.env.ACCIO_NO_DRAIN === undefined ? ((process as WithTickCallback)._tickCallback ?? null) : null;
