import { UserError } from '../errors';
import type { ConversionHost, OpenBeside } from '../host';

/** The files beside a model's own that belong to it. A model names them, so a name that leads elsewhere is refused. */
export function filesBeside(model: string, host: Pick<ConversionHost, 'openSource' | 'resolveBeside'>): OpenBeside {
  return async (path) => {
    if (leadsAway(path)) {
      throw new UserError(`it keeps a part of itself in "${path}", which is not in its folder`, { file: model, hint: 'Move the file into the folder of the model and export it again' });
    }
    return host.openSource(host.resolveBeside(model, path));
  };
}

/** Absolute, or with a `..`, as any operating system writes them. */
function leadsAway(path: string): boolean {
  return /^([\\/]|[A-Za-z]:)/.test(path) || path.split(/[\\/]/).includes('..');
}
