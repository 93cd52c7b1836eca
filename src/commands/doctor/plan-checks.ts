import type {Role} from '../../schema/request.ts';
import {type Finding, missing, note, ok} from './findings.ts';

/**
 * Free space that an absent image should find. vllm/vllm-openai:latest was 28.6 GB unpacked in December 2025
 * (github.com/vllm-project/vllm/pull/22377); what is downloaded lies beside it until it is unpacked.
 */
const imageNeedsGB = 40;

/** Docker and the shops count disk in powers of ten. */
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

export interface ImageFacts {
  readonly reference: string;
  /** On the Docker host; null where it is not there. */
  readonly bytes: number | null;
}

/** Where the Docker host keeps images. */
export interface ImageDisk {
  readonly folder: string;
  /** Null where that disk cannot be looked at from here. */
  readonly freeBytes: number | null;
}

/** The simulated engine's image, which downloads no model. */
export const isFakeEngine = (reference: string): boolean => reference.startsWith('cutover-fake-engine');

export const imageCheck = ({reference, bytes}: ImageFacts, {folder, freeBytes}: ImageDisk): Finding => {
  if (bytes !== null) return ok('image', `${reference} is there, ${gigabytes(bytes)}`);
  if (isFakeEngine(reference))
    return missing('image', ['docker'], `${reference} is not there, and no registry has it`, 'npm run fake-engine');
  const absent = `${reference} is not there and will be pulled`;
  const need = `about ${imageNeedsGB} GB should be free in ${folder}`;
  const pull = `docker pull ${reference}`;
  if (freeBytes === null) return note('image', `${absent}; ${need}, not looked at from here`, pull);
  if (freeBytes >= imageNeedsGB * 1e9)
    return note('image', `${absent}; ${gigabytes(freeBytes)} are free in ${folder}`, pull);
  return missing(
    'image',
    ['docker'],
    `${absent}; ${need}, and ${gigabytes(freeBytes)} are`,
    'docker system df shows what takes the space, docker image prune --all frees what no container uses',
  );
};

/** A model of the plan, and where it was looked for. */
export interface ModelFacts {
  readonly role: Role;
  readonly model: string;
  /** Where it was looked for; null where that place cannot be looked at from here. */
  readonly place: string | null;
  /** Null where it is not in that place. */
  readonly bytes: number | null;
  /** Of the weights, by the plan; null where it does not say. */
  readonly weightsGiB: number | null;
}

/** A folder cannot be downloaded; a name of the hub can. */
export const isFolder = (model: string) => /^[./~]/.test(model);

export const modelCheck = (
  {role, model, place, bytes, weightsGiB}: ModelFacts,
  runtime: 'docker' | 'process',
): Finding => {
  const what = `${role} model`;
  if (place === null) return note(what, `${model}: not looked at, the model cache cannot be read from here`);
  if (bytes !== null) return ok(what, `${model}${isFolder(model) ? '' : ` is in ${place}`}, ${gigabytes(bytes)}`);
  if (isFolder(model))
    return missing(
      what,
      [runtime],
      `${model} is not a folder here`,
      `Copy the model there, or name another with --model ${role}=<name or folder>.`,
    );
  const size = weightsGiB === null ? 'of unknown size' : `about ${gigabytes(weightsGiB * 2 ** 30)}`;
  return note(
    what,
    `${model} is not in ${place} and will be downloaded, ${size}`,
    runtime === 'process' ? `hf download ${model}` : null,
  );
};

/** Space for the models that are yet to come. Null where nothing is to come or the disk cannot be looked at. */
export const modelDiskCheck = (
  models: readonly ModelFacts[],
  freeBytes: number | null,
  runtime: 'docker' | 'process',
): Finding | null => {
  const absent = models.filter(({bytes, place, model}) => place !== null && bytes === null && !isFolder(model));
  if (absent.length === 0 || freeBytes === null) return null;
  const needBytes = absent.reduce((sum, {weightsGiB}) => sum + (weightsGiB ?? 0) * 2 ** 30, 0);
  const free = `${gigabytes(freeBytes)} are free for models that take about ${gigabytes(needBytes)}`;
  return freeBytes > needBytes
    ? ok('model disk', free)
    : missing('model disk', [runtime], free, 'Free some space, or put the model cache on another disk.');
};

/** A port that a server of the plan takes; `problem` says why it cannot have it. */
export interface PortFacts {
  readonly role: string;
  readonly port: number;
  readonly problem: string | null;
}

export const portsCheck = (ports: readonly PortFacts[], runtime: 'docker' | 'process'): Finding => {
  const taken = ports.filter(({problem}) => problem !== null);
  if (taken.length === 0) return ok('ports', `${ports.map(({role, port}) => `${port} (${role})`).join(', ')} are free`);
  return missing(
    'ports',
    [runtime],
    taken.map(({problem}) => problem).join('\n'),
    `ss -ltnp 'sport = :${taken[0]?.port}' shows what listens there; stop it, or ${runtime === 'docker' ? 'leave hostPort out: Docker then chooses a free one' : 'change the port in the stack file'}`,
  );
};

export interface CacheFacts {
  /** A folder, or the name of a Docker volume. */
  readonly where: string;
  readonly volume: boolean;
  /** Null where it cannot be looked at from here. */
  readonly state: 'writable' | 'read-only' | 'absent' | null;
}

export const cacheCheck = ({where, volume, state}: CacheFacts, runtime: 'docker' | 'process'): Finding => {
  const name = volume ? `volume ${where}` : where;
  switch (state) {
    case 'writable':
      return ok('model cache', `${name} is there${volume ? '' : ' and writable'}`);
    case 'absent':
      // Docker mounts no folder that is not there; volumes and the hub's own folder are made.
      return runtime === 'docker' && !volume
        ? missing('model cache', ['docker'], `${name} is not there`, `mkdir -p ${where}`)
        : ok('model cache', `${name} is not there yet and will be made`);
    case 'read-only':
      return missing('model cache', [runtime], `${name} is not writable`, `sudo chown -R "$(id -u)" ${where}`);
    case null:
      return note('model cache', `${name}: not looked at, it cannot be seen from here`);
  }
};

export const tokenCheck = (isSet: boolean): Finding =>
  isSet
    ? ok('HF_TOKEN', 'set; it is never shown or kept')
    : note(
        'HF_TOKEN',
        'not set: needed only for models that their makers gate',
        'export HF_TOKEN=<token of huggingface.co/settings/tokens>',
      );

/** `package` is what pip calls the engine. */
export const installedCheck = (title: string, packageName: string, python: string, installed: boolean): Finding =>
  installed
    ? ok('as a process', `${title} is installed for ${python}`)
    : missing(
        'as a process',
        ['process'],
        `${title} is not installed for ${python}`,
        `${python} -m pip install ${packageName}, or name the environment that has it: --python <folder>/bin/python`,
      );
