const secretName = /(key|token|secret|password|passwd|passphrase|credentials?|auth)$/i;

export const isSecretName = (name: string): boolean => secretName.test(name);

/** What stands before the @ of a URL, as in http://user:password@proxy:3128. */
const userInfo = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\s]+)@/i;

/** A way to take the secrets of a command and its environment out of whatever is shown or kept. */
interface Mask {
  text(text: string): string;
  words(words: readonly string[]): readonly string[];
}

/**
 * Secrets are the values of flags and variables whose names end in key, token, secret, password, credentials or the like:
 * `--api-key x`, `--api-key=x`, `HF_TOKEN=x`. So is the user's part of every URL among the variables, as proxies have it.
 */
export const maskOf = (command: readonly string[], environment: Readonly<Record<string, string | undefined>>): Mask => {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    if (secretName.test(name)) secrets.add(value ?? '');
    for (const part of userPartsOf(value ?? '')) secrets.add(part);
  }
  for (const [index, word] of command.entries()) {
    const [name = '', value] = word.split(/=(.*)/s);
    if (value !== undefined && secretName.test(name)) secrets.add(value);
    const flag = command[index - 1] ?? '';
    if (/^--?[a-z]/.test(flag) && secretName.test(flag) && !word.startsWith('-')) secrets.add(word);
  }
  // Shorter ones protect nothing, and would blank ordinary words. Longest first, or one that begins with another stays half readable.
  const known = [...secrets].filter(secret => secret.length >= 6).toSorted((a, b) => b.length - a.length);
  const text = (shown: string) => known.reduce((masked, secret) => masked.replaceAll(secret, '***'), shown);
  return {text, words: words => words.map(text)};
};

/** `user:password` and the password alone, as it stands there and decoded. */
const userPartsOf = (url: string): readonly string[] => {
  const user = userInfo.exec(url)?.[1];
  if (user === undefined) return [];
  const password = user.split(/:(.*)/s)[1] ?? '';
  return [user, password, decodedOf(password)];
};

const decodedOf = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % of its own
  }
};
