import {CutoverError} from '../../../errors.ts';
import {dockerReason, isFromDocker} from '../docker-error.ts';
import {toolkitFix} from './gpu-access.ts';

/** What Docker says when it refuses to make or start a container, and what to do about it. */
const refusals: readonly {readonly pattern: RegExp; readonly fix: string}[] = [
  {
    pattern: /port is already allocated|address already in use/i,
    fix: 'Stop what listens there (docker ps shows containers, ss -ltnp processes), or leave hostPort out: then a free port is taken.',
  },
  {
    pattern: /cannot assign requested address/i,
    fix: '`publish` in the settings names an address that the Docker host does not have: `ip addr` there lists those that it has.',
  },
  {
    pattern: /could not select device driver "cdi"/i,
    fix: 'This Docker engine does not know CDI: update it to 28.2 or newer (25 to 28.1 need "features": {"cdi": true} in their daemon.json), or leave `cdi` out of the settings.',
  },
  {
    pattern: /could not select device driver|nvidia-container-cli|nvidia-container-runtime|CDI device/i,
    fix: toolkitFix,
  },
  {
    pattern: /error gathering device information|no such device/i,
    fix: 'Compare `gpus` in the settings with the device nodes of the Docker host: ls /dev/nvidia*. Without a driver there are none.',
  },
  {
    pattern: /bind source path does not exist/i,
    fix: 'A model, modelCache and the first half of `binds` are paths of the Docker host: make the folder, or name the right one.',
  },
  {
    pattern: /executable file not found|exec: .*no such file or directory|exec format error/i,
    fix: "`command` in the settings is what the image runs before the engine's arguments: name a program that the image has.",
  },
  {
    pattern: /no space left on device/i,
    fix: 'Make room on the disk of the Docker host: docker system df shows what takes it.',
  },
  {
    pattern: /setting rlimit/i,
    fix: 'This Docker engine may not raise that limit: leave it out of `ulimits` in the settings.',
  },
  {
    pattern: /could not find an available.* address pool|all predefined address pools/i,
    fix: 'Remove networks that nothing uses: npm run clean, then docker network prune.',
  },
];

export const isLimitRefused = (thrown: unknown): boolean => /setting rlimit/.test(dockerReason(thrown));

/** The error for a call that Docker refused. `what` is a clause such as `The chat server … could not be started`. */
export const refusedByDocker = (what: string, thrown: unknown, mask: (text: string) => string): CutoverError => {
  const reason = mask(dockerReason(thrown));
  const fix = refusals.find(({pattern}) => pattern.test(reason))?.fix;
  return new CutoverError('ENGINE_DID_NOT_START', `${what}: ${reason}`, {
    hint: fix ?? "Read the Docker engine's own log on its host: journalctl -u docker.",
  });
};

/** Waits for `call`, which has no secrets; what Docker refuses or leaves unanswered is `refusedByDocker`, all else thrown as it is. */
export const orRefusal = async <T>(what: string, call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (thrown) {
    throw isFromDocker(thrown) ? refusedByDocker(what, thrown, text => text) : thrown;
  }
};
