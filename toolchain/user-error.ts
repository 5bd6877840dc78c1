/**
 * The error of a user's mistake or of a machine that lacks something: one clear line, no stack trace. It stands here and
 * not in `cli/` because every layer below the command line may throw it.
 */
export class UserError extends Error {
  /**
   * @param what    what was wrong: "truncated capture"
   * @param where   the file, argument or place: "in.pcap, packet 7"
   * @param remedy  what to do about it: "capture it again, or cut it with editcap"
   */
  constructor(what: string, where: string, remedy: string) {
    super(`${what}: ${where}: ${remedy}`);
    this.name = "UserError";
  }
}
