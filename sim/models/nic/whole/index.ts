/** The whole NIC as a model: what software and peers may see of it, whatever the times at which things happen inside. */
export { exactKey, Life, type LifeSettings, type Owner } from "./life.ts";
export { Mismatch } from "./mismatch.ts";
export { type Tenant, WholeNic, type WholeSettings } from "./nic.ts";
export { type Arrived, Receiving, type Seen, type Surroundings, slack } from "./receiving.ts";
export { Sender, Sending, type SendSettings, type SendStop } from "./sending.ts";
export { always, never, type Span, Timed } from "./timed.ts";
export { type Cause, causes, isAt, isQueued, mayBeAt, mayBeQueued, newsDelay, type Place } from "./waking.ts";
