import type {MountSettings} from 'dockerode';
import type {ContainerSettings} from '../../../schema/stack.ts';

/**
 * The settings' `binds`, `/host:/container[:ro|:rw]`. As mounts, because Docker makes a folder that is missing for one of its own
 * `Binds`, as root, and says nothing.
 */
export const bindMounts = ({binds = []}: Pick<ContainerSettings, 'binds'>): MountSettings[] =>
  binds.map(bind => {
    const [Source = '', Target = '', access] = bind.split(':');
    return {Type: 'bind', Source, Target, ReadOnly: access === 'ro'};
  });
