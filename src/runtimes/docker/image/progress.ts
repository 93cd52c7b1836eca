/** One line of what Docker sends while it pulls. */
export interface PullEvent {
  readonly status?: string;
  /** Of the layer. */
  readonly id?: string;
  readonly progressDetail?: {readonly current?: number; readonly total?: number};
  readonly error?: string;
}

interface Layer {
  bytes: number;
  /** Compressed; null until its download begins, and Docker downloads three at a time. */
  total: number | null;
  downloaded: boolean;
  done: boolean;
}

interface PullProgress {
  take(event: PullEvent): void;
  /** For example `3 of 12 layers, 1.2 of 8.7 GB`; empty before anything is known. */
  text(): string;
}

/** Adds up the layers of an image while it is pulled. */
export const pullProgress = (): PullProgress => {
  const layers = new Map<string, Layer>();
  const take = ({status = '', id, progressDetail: {current, total} = {}}: PullEvent) => {
    if (id === undefined || status.startsWith('Pulling from')) return;
    const layer = layers.get(id) ?? {bytes: 0, total: null, downloaded: false, done: false};
    layers.set(id, layer);
    if (status === 'Downloading') {
      layer.bytes = current ?? layer.bytes;
      layer.total = total ?? layer.total;
      return;
    }
    layer.done ||= /^(Pull complete|Already exists)$/.test(status);
    layer.downloaded ||= layer.done || /^(Verifying Checksum|Download complete|Extracting)$/.test(status);
    // A small layer is downloaded before Docker has told of it.
    if (layer.downloaded) layer.bytes = layer.total ?? layer.bytes;
  };
  const sum = (of: (layer: Layer) => number) => [...layers.values()].reduce((all, layer) => all + of(layer), 0);
  return {
    take,
    text: () => {
      if (layers.size === 0) return '';
      const done = `${sum(layer => Number(layer.done))} of ${layers.size} layers`;
      const total = sum(layer => layer.total ?? 0);
      if (total === 0) return done;
      const [unit, size] = total >= 1e9 ? ['GB', 1e9] : ['MB', 1e6];
      const more = [...layers.values()].some(layer => layer.total === null && !layer.downloaded) ? 'more than ' : '';
      return `${done}, ${(sum(({bytes}) => bytes) / size).toFixed(1)} of ${more}${(total / size).toFixed(1)} ${unit}`;
    },
  };
};
