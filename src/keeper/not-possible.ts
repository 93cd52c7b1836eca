/** An act that is not possible on this stack; the message says why. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}
