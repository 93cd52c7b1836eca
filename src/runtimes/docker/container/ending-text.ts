import type {ContainerEnding} from './watch.ts';

/** How a container ended and, where the ending itself tells, why and what to do. */
interface EndingText {
  readonly what: string;
  readonly fix: string | null;
}

/** `memoryGiB` is the container's limit, null where it has none. */
export const endingText = (ending: ContainerEnding, memoryGiB: number | null): EndingText => {
  if (ending.state === 'removed')
    return {
      what: 'was removed from its Docker engine',
      fix: 'Somebody or something else removed it: look for docker rm and docker system prune.',
    };
  if (ending.state === 'unreachable')
    return {
      what: `is lost: its Docker engine no longer answers (${ending.reason})`,
      fix: 'Start the Docker engine again; npm run clean then removes what is left there.',
    };
  const {exitCode, oom, signalled, engineStopped, error} = ending;
  if (engineStopped)
    return {
      what: `ended with its Docker engine, which was stopped or restarted (exit code ${exitCode})`,
      fix: 'Start again when the Docker engine stays up; its log says why it went down: journalctl -u docker.',
    };
  if (oom)
    return memoryGiB === null
      ? {
          what: `was killed by the kernel for want of memory on the Docker host (exit code ${exitCode})`,
          fix: 'Stop what else takes memory on the Docker host, or load a smaller model.',
        }
      : {
          what: `was killed by the kernel: its memory limit of ${memoryGiB} GiB is used up (exit code ${exitCode})`,
          fix: `Raise memoryGiB, which is ${memoryGiB}, in the stack file or in the file for --docker-settings.`,
        };
  if (signalled)
    return {
      what: `was stopped from outside, by docker stop, docker kill or its Docker engine going down (exit code ${exitCode})`,
      fix: "Start again when nobody stops it; the Docker engine's log says whether it went down: journalctl -u docker.",
    };
  if (error !== '') return {what: `could not be run by Docker (${error}), exit code ${exitCode}`, fix: null};
  if (exitCode === 137)
    return {
      what: 'was ended by SIGKILL (as the kernel does when memory runs out, see dmesg on the Docker host)',
      fix: null,
    };
  return {what: `exited with code ${exitCode}`, fix: null};
};
