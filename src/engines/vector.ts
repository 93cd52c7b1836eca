const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * One vector of an embedding reply: a list of numbers, or float32 numbers in little-endian order as base64. Null for
 * anything else, a number that is not finite and an empty vector included.
 */
export const readVector = (embedding: unknown): readonly number[] | null => {
  const numbers = typeof embedding === 'string' ? fromBase64(embedding) : embedding;
  return Array.isArray(numbers) && numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : null;
};

const fromBase64 = (text: string): readonly number[] | null => {
  // Buffer reads around what is no base64, so that a broken vector would only be a shorter one.
  if (!base64Form.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) return null;
  return Array.from({length: bytes.length / 4}, (_, place) => bytes.readFloatLE(4 * place));
};
