/**
 * What `CUTOVER_FAKE` asks for, so that tests meet a real engine's bad days: words between semicolons, for example
 * `print-env;crash` or `slow=500`.
 */
const words = {
  /** Ends with code 1 while it starts; `crash=<text>` says what its last line is. */
  crash: 'text',
  /** Loads for ever, and never listens. */
  'never-ready': 'none',
  /** Takes memory while it starts, until it is killed or holds 4 GiB. */
  'eat-memory': 'none',
  /** The same in a process of its own, whose end ends the server. */
  'eat-memory-in-child': 'none',
  'ignore-sigterm': 'none',
  /** Writes its environment into its log. */
  'print-env': 'none',
  /** Dies so many milliseconds after it began to serve. */
  'exit-after': 'number',
  /** Every stage of its start takes so many milliseconds. */
  slow: 'number',
} as const;
type Word = keyof typeof words;

export type Misbehaviour = {
  readonly [W in Word]?: (typeof words)[W] extends 'number' ? number : (typeof words)[W] extends 'text' ? string : true;
};

/** Throws an Error that names the word it does not know: a test that is not obeyed would pass for the wrong reason. */
export const readMisbehaviour = (text = ''): Misbehaviour =>
  Object.fromEntries(
    text
      .split(';')
      .filter(pair => pair !== '')
      .map(pair => {
        const [word = '', ...rest] = pair.split('=');
        if (!Object.hasOwn(words, word))
          throw new Error(`CUTOVER_FAKE knows no "${word}", only ${Object.keys(words).join(', ')}`);
        const value = rest.join('=');
        const kind = words[word as Word];
        if (kind === 'number' && !(Number(value) > 0))
          throw new Error(`CUTOVER_FAKE: ${word} needs a number of milliseconds`);
        return [word, kind === 'number' ? Number(value) : kind === 'text' ? value : true];
      }),
  );

const chunkBytes = 16 * 2 ** 20;
/** Where there is no limit that ends it, the machine must not pay for it. */
const enoughBytes = 4 * 2 ** 30;

/** Takes memory in steps that let signals through, and holds it. */
export const eatMemory = (): void => {
  const held: Buffer[] = [];
  const bite = () => {
    held.push(Buffer.alloc(chunkBytes, 1));
    if (held.length * chunkBytes < enoughBytes) setImmediate(bite);
    else setInterval(() => held.length, 1e6);
  };
  bite();
};

const leakStepMs = 100;

/** Takes so much each second, and holds it. */
export const leakMemory = (mibPerSecond: number): void => {
  const held: Buffer[] = [];
  const stepBytes = Math.ceil((mibPerSecond * 2 ** 20 * leakStepMs) / 1000);
  setInterval(() => {
    if (held.length * stepBytes < enoughBytes) held.push(Buffer.alloc(stepBytes, 1));
  }, leakStepMs);
};
