import type { StrategyName } from '../../config/config';
import type { Strategy } from '../strategy';
import { basic } from './basic';
import { conservative } from './conservative';
import { exhaustive } from './exhaustive';
import { random } from './random';

/** By the name the config and the command line know them by. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = { basic, conservative, exhaustive, random };
