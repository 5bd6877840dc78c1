/** The hardware has done what the model does not allow. The message says what, and what would have been right. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
}
